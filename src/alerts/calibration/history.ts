import { type Calibration, calibrate, type PValue, pValueOf } from './conformal.ts';
import { effectiveScores, type VerdictOf } from './effective.ts';
import { capOf, type FlaggedScore, imputeTail, type Round } from './round.ts';
import { decodeHistory, encodeHistory } from './snapshot.ts';

export interface HistoryOptions {
  /** Scores kept: the calibration is made of the latest `capacity` to 1.1 `capacity`. */
  readonly capacity: number;
  /** Scores after which the calibration renews itself; `renew` does it earlier, at an event-time boundary. */
  readonly roundSize: number;
}

export interface Renewal {
  readonly calibration: Calibration;
  readonly contaminated: number;
  readonly leftOut: number;
}

export const HISTORY_DEFAULTS: HistoryOptions = { capacity: 20_000, roundSize: 2_000 };

/** Of windows of flows, which are fewer than sessions and change with the time of day: a round is hours, not days. */
export const WINDOW_HISTORY: HistoryOptions = { capacity: 5_000, roundSize: 250 };

/**
 * The rolling calibration of one tenant and detector. Scores are added in event order under the calibration in force and count
 * only from the next renewal on, so the result does not depend on batches. Memory: at most 1.1 `capacity` + `roundSize` scores.
 */
export class CalibrationHistory {
  private readonly options: HistoryOptions;
  private readonly rounds: Round[];
  private open: { body: number[]; flagged: FlaggedScore[]; rates: number };
  /** Fraction of an expected flagged unit that the last round left over. */
  private carry: number;
  private verdicts: VerdictOf = new Map();
  /** Without verdicts: what cap and tail of a round come from, so that a revoked label leaves no trace. */
  private base: Renewal;
  private current: Renewal;

  private constructor(
    options: HistoryOptions,
    rounds: Round[],
    open: { body: number[]; flagged: FlaggedScore[]; rates: number },
    carry: number,
  ) {
    this.options = options;
    this.rounds = rounds;
    this.open = open;
    this.carry = carry;
    this.base = effective(rounds, this.verdicts);
    this.current = this.base;
  }

  /** `scores`: of normal units, each by a model that had not seen it (FitSummary.calibration), in event order. */
  static fromScores(scores: Float64Array, options: Partial<HistoryOptions> = {}): CalibrationHistory {
    const full = { ...HISTORY_DEFAULTS, ...options };
    const usable = scores
      .filter((score) => !Number.isNaN(score))
      .map(finite)
      .slice(-full.capacity);
    const rounds: Round[] = [];
    for (let from = 0; from < usable.length; from += full.roundSize) {
      const body = usable.slice(from, from + full.roundSize);
      rounds.push({ body, flagged: [], rate: 0, cap: Number.MAX_VALUE, imputed: new Float64Array(0) });
    }
    return new CalibrationHistory(full, rounds, { body: [], flagged: [], rates: 0 }, 0);
  }

  get calibration(): Calibration {
    return this.current.calibration;
  }

  /** What the last renewal found: rounds taken for contaminated, scores left out. */
  get renewal(): Renewal {
    return this.current;
  }

  /** Scores kept now, those of the open round included. */
  get size(): number {
    return this.rounds.reduce((sum, round) => sum + unitsOf(round), this.open.body.length + this.open.flagged.length);
  }

  /** Rates a unit under the calibration in force; pure, O(log n). */
  pValue(score: number, tie?: number): PValue {
    return pValueOf(this.calibration, score, tie);
  }

  /** Keeps a score. `rate` is the threshold its p-value was compared with, `flaggedAs` its detection's id when it was flagged. */
  add(score: number, rate: number, flaggedAs?: string): void {
    if (Number.isNaN(score)) return;
    if (flaggedAs === undefined) this.open.body.push(finite(score));
    else this.open.flagged.push({ id: flaggedAs, score: finite(score) });
    this.open.rates += rate;
    if (this.open.body.length + this.open.flagged.length >= this.options.roundSize) this.renew();
  }

  /** Ends the open round: its scores count from now on, the oldest beyond the capacity leave. */
  renew(): Renewal {
    const { flagged, rates } = this.open;
    const body = Float64Array.from(this.open.body);
    const units = body.length + flagged.length;
    if (units === 0) return this.current;
    const rate = rates / units;
    const cap = Math.min(Number.MAX_VALUE, capOf(this.base.calibration));
    const within = units - flagged.filter((one) => one.score > cap).length;
    const { imputed, carry } = imputeTail(this.base.calibration, body, within, rate, this.carry);
    this.carry = carry;
    this.rounds.push({ body, flagged, rate, cap, imputed });
    this.open = { body: [], flagged: [], rates: 0 };
    this.forget();
    this.base = effective(this.rounds, new Map());
    return this.applyVerdicts(this.verdicts);
  }

  /**
   * Expresses every score kept in the terms of a detector that has learnt more: `change` gives what a score of before is now
   * (`scoreChange`). Nothing else of the history changes.
   */
  rescale(change: (score: number) => number): Renewal {
    const all = (scores: Float64Array): Float64Array => scores.map((score) => finite(change(score)));
    const flagged = (list: readonly FlaggedScore[]): FlaggedScore[] => list.map(({ id, score }) => ({ id, score: finite(change(score)) }));
    this.rounds.forEach((round, i) => {
      const cap = round.cap === Number.MAX_VALUE ? round.cap : finite(change(round.cap));
      this.rounds[i] = { ...round, body: all(round.body), flagged: flagged(round.flagged), cap, imputed: all(round.imputed) };
    });
    this.open = { ...this.open, body: this.open.body.map((score) => finite(change(score))), flagged: flagged(this.open.flagged) };
    this.base = effective(this.rounds, new Map());
    return this.applyVerdicts(this.verdicts);
  }

  /** Sets the verdicts in force. The same verdicts give the same calibration, whatever was in force in between. */
  applyVerdicts(verdicts: VerdictOf): Renewal {
    this.verdicts = verdicts;
    this.current = verdicts.size === 0 ? this.base : effective(this.rounds, verdicts);
    return this.current;
  }

  /** Deterministic bytes of history and open round, without the verdicts (an overlay). */
  snapshot(): Uint8Array {
    return encodeHistory({ options: this.options, rounds: this.rounds, open: this.open, carry: this.carry });
  }

  static restore(snapshot: Uint8Array): CalibrationHistory {
    const { options, rounds, open, carry } = decodeHistory(snapshot);
    return new CalibrationHistory(options, rounds, open, carry);
  }

  private forget(): void {
    let size = this.rounds.reduce((sum, round) => sum + unitsOf(round), 0);
    while (this.rounds.length > 1) {
      size -= unitsOf(this.rounds[0] as Round);
      if (size < this.options.capacity) return;
      this.rounds.shift();
    }
  }
}

function unitsOf(round: Round): number {
  return round.body.length + round.flagged.length;
}

function effective(rounds: readonly Round[], verdicts: VerdictOf): Renewal {
  const { scores, contaminated, leftOut } = effectiveScores(rounds, verdicts);
  return { calibration: calibrate(scores), contaminated, leftOut };
}

/** Infinite scores are kept as the largest finite ones, so that means and differences stay finite. */
function finite(score: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, score));
}
