import { deserialize, serialize } from 'node:v8';
import { CalibrationHistory, smallestRate, VolumeMeter } from '../../alerts/index.ts';
import {
  type Detector,
  type FlowPrediction,
  type LabelledRow,
  type Micros,
  type RowBatch,
  stableId,
  VedetteError,
} from '../../core/index.ts';
import { benignClassOf, mostProbable } from '../../detectors/flow-classifier/index.ts';
import {
  type EventFlows,
  encodedValues,
  encodingSchema,
  type FlowColumn,
  type FlowEncoding,
  lackingColumns,
} from '../../features/index.ts';
import { type Episode, type EpisodesState, type FlaggedFlow, FlowEpisodes } from './flow-episodes.ts';
import { episodeFinding } from './flow-finding.ts';
import { judged } from './judged.ts';
import { effectOnCalibrated, type FoundAlert, type LabelEffect } from './label-effect.ts';
import type { Finding } from './lane.ts';
import type { LaneScorer, ScorerOptions, ScorerStatus } from './lane-scorer.ts';
import type { RegisteredModel } from './registered-model.ts';

export interface JudgedFlows {
  readonly findings: readonly Finding[];
  /** By row; undefined where a flow was not scored. */
  readonly predictions: readonly (FlowPrediction | undefined)[];
}

export interface FlowScorerOptions extends ScorerOptions {
  /** Columns that the lane knows of its flows. */
  readonly columns: ReadonlyMap<string, FlowColumn['kind']>;
  /** Flows scored in a second of event time. */
  readonly perSecond: number;
}

interface State {
  readonly model: string;
  readonly history: Uint8Array | undefined;
  readonly episodes: EpisodesState;
  readonly volume: Uint8Array;
  readonly scored: number;
  readonly flagged: number;
  readonly left: number;
  readonly second: number;
  readonly inSecond: number;
  readonly swept: number | null;
}

/** Event time between two tellings of an episode that goes on. */
const TOLD_EVERY: Micros = 10_000_000;
const DIGITS = 6;

/**
 * A registered model over single flows: class, probability and p-value of each, and the flagged ones as episodes of a class and an
 * entity. Flows are judged in their order, so batches do not matter.
 */
export class FlowScorer implements LaneScorer {
  readonly options: FlowScorerOptions;
  detector: Detector;
  model = '';
  changed = false;
  #sha256 = '';
  #encoding: FlowEncoding | undefined;
  #learnt = { rows: 0, to: Number.NaN };
  /** Of the model; absent before there is one. */
  #history: CalibrationHistory | undefined;
  readonly #episodes = new FlowEpisodes();
  readonly #volume = new VolumeMeter();
  #labels: readonly LabelledRow[] = [];
  #scored = 0;
  #flagged = 0;
  /** Flows beyond `perSecond`. */
  #left = 0;
  #second = Number.NEGATIVE_INFINITY;
  #inSecond = 0;
  #swept: number | undefined;
  /** Why a newer version is not followed. */
  #refused = '';

  constructor(detector: Detector, options: FlowScorerOptions) {
    this.detector = detector;
    this.options = options;
  }

  /** A first model that does not fit is an error; a later one is refused, and the former goes on. */
  async followModel(): Promise<void> {
    const model = await this.options.registered?.();
    if (model === undefined) return;
    if (model.reference === this.model) {
      this.#refused = '';
      return;
    }
    try {
      this.#take(model);
    } catch (error) {
      if (this.model === '' || !(error instanceof VedetteError)) throw error;
      this.#refused = `${error.message}; ${this.model} goes on`;
      return;
    }
    this.#history = CalibrationHistory.fromScores(model.calibration);
    this.changed = true;
    this.applyLabels(this.#labels);
  }

  #take({ reference, detector, features, sha256, rows, to }: RegisteredModel): void {
    const encoding = encodingSchema.safeParse(features.flows);
    if (!encoding.success)
      throw new VedetteError('MODEL_MISMATCH', `${reference} is no model of flows`, { hint: 'Train it with `vedette train` on flows.' });
    const lacking = lackingColumns(encoding.data, this.options.columns);
    if (lacking.length > 0)
      throw new VedetteError(
        'MODEL_MISMATCH',
        `${reference} needs columns that flows of ${this.options.source} do not have: ${lacking.join(', ')}`,
        { hint: 'Train it without them (--option drop=…), or say that they may be absent (--option mayLack=…).' },
      );
    this.detector = detector;
    this.model = reference;
    this.#encoding = encoding.data;
    this.#sha256 = sha256;
    this.#learnt = { rows, to };
    this.#refused = '';
  }

  /** Flows come by `takeFlows`. */
  async take(): Promise<[]> {
    return [];
  }

  async takeFlows(flows: EventFlows): Promise<JudgedFlows> {
    const rows = this.#admitted(flows);
    const [encoding, history] = [this.#encoding, this.#history];
    const predictions = new Array<FlowPrediction | undefined>(flows.rows).fill(undefined);
    if (encoding === undefined || history === undefined || rows.length === 0) return { findings: [], predictions };
    this.changed = true;
    const { options, detector } = this;
    const batch = rowBatch(flows, encoding, rows);
    const { score, classes, probabilities } = await detector.score(batch);
    const benign = classes === undefined ? -1 : benignClassOf(detector);
    const findings: Finding[] = [];
    const made = new Predictions(options.detector, this.model);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const value = score[i] as number;
      const end = flows.end[row] as number;
      if (this.#isSweepDue(end)) findings.push(...this.#sweepUntil(end));
      const { pValue, rate, extrapolated, flagged: isFar } = judged(history, value, options.rate);
      if (Number.isNaN(pValue)) continue;
      this.#scored++;
      this.#volume.add(options.detector, 1, end);
      const k = classes === undefined ? -1 : mostProbable(probabilities as Float64Array, i, classes.length);
      const flagged = isFar && (k < 0 || k !== benign);
      const probability = k < 0 ? Number.NaN : Math.min(1, (probabilities as Float64Array)[i * (classes?.length ?? 0) + k] as number);
      const label = classes?.[k] ?? '';
      predictions[row] = made.of(value, k < 0 ? (flagged ? 'anomalous' : 'normal') : label, probability, pValue, flagged);
      if (!flagged) {
        history.add(value, options.rate);
        continue;
      }
      this.#flagged++;
      const flow: FlaggedFlow = {
        label,
        probability,
        source: flows.source[row] as string,
        destination: flows.destination[row] as string,
        start: flows.start[row] as number,
        end,
        score: value,
        pValue,
        rate,
        extrapolated,
        evidence: {
          input: flows.input,
          line: flows.line[row] as number,
          offset: flows.offset[row] as number,
          length: flows.length[row] as number,
          time: flows.start[row] as number,
        },
      };
      const open = this.#episodes.find(flow);
      if (open !== undefined) {
        if (!this.#episodes.join(open, flow)) continue;
        open.explanation = await detector.explain(batch, i);
        open.description = detector.describe(batch, i);
        continue;
      }
      const episode = this.#episodes.begin(flow, await detector.explain(batch, i), detector.describe(batch, i));
      const finding = this.#told(episode);
      // a flood of like flows counts once in the calibration
      history.add(value, rate, stableId('alert', options.tenant, finding.detection.id));
      findings.push(finding);
    }
    return { findings, predictions };
  }

  /** What goes on is told again. */
  advance(now: Micros): Finding[] {
    return this.#sweepUntil(now);
  }

  finish(): Finding[] {
    const untold = this.#episodes.sweep(Number.POSITIVE_INFINITY);
    this.changed ||= untold.length > 0;
    return untold.map((episode) => this.#told(episode));
  }

  /** Rows that are scored: in each second of event time the first so many. */
  #admitted({ rows, end }: EventFlows): number[] {
    const admitted: number[] = [];
    for (let row = 0; row < rows; row++) {
      const second = Math.floor((end[row] as number) / 1e6);
      if (second > this.#second) {
        this.#second = second;
        this.#inSecond = 0;
      }
      if (++this.#inSecond <= this.options.perSecond) admitted.push(row);
      else this.#left++;
    }
    return admitted;
  }

  #isSweepDue(now: Micros): boolean {
    const step = Math.floor(now / TOLD_EVERY);
    return Number.isFinite(step) && step > (this.#swept ?? Number.NEGATIVE_INFINITY);
  }

  #sweepUntil(now: Micros): Finding[] {
    if (!this.#isSweepDue(now)) return [];
    const step = Math.floor(now / TOLD_EVERY);
    const isFirst = this.#swept === undefined;
    this.#swept = step;
    this.changed = true;
    return isFirst ? [] : this.#episodes.sweep(step * TOLD_EVERY).map((episode) => this.#told(episode));
  }

  #told(episode: Episode): Finding {
    episode.told = episode.flows;
    return episodeFinding(episode, { ...this.options, model: this.model, sha256: this.#sha256, calibrationSize: this.calibrationSize });
  }

  get counters(): Readonly<Record<string, number>> {
    return { flows_scored: this.#scored, flows_not_scored: this.#left, episodes_cut_short: this.#episodes.left };
  }

  get unitsPerDay(): number | undefined {
    return this.#volume.unitsPerDay(this.options.detector);
  }

  get calibrationSize(): number {
    return this.#history?.calibration.sorted.length ?? 0;
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#labels = labels;
    this.detector.applyLabels(labels);
    this.#history?.applyVerdicts(new Map(labels.map(({ alertId, verdict }) => [alertId, verdict])));
  }

  async effectOf(found: readonly FoundAlert[], labels: readonly LabelledRow[]): Promise<LabelEffect | undefined> {
    const history = this.#history;
    return history && effectOnCalibrated(this.detector, history, this.options.rate, found, labels);
  }

  status(): ScorerStatus {
    const { detector, rate } = this.options;
    const n = this.calibrationSize;
    return {
      detector,
      model: this.model,
      state: this.model === '' ? 'learning' : 'ready',
      have: this.#learnt.rows,
      need: 0,
      readyAt: this.#learnt.to,
      promisedRate: rate,
      extrapolated: n === 0 || rate < smallestRate(n),
      scored: this.#scored,
      flagged: this.#flagged,
      paused: this.#refused,
    };
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    this.changed = false;
    const state: State = {
      model: this.model,
      history: this.#history?.snapshot(),
      episodes: this.#episodes.snapshot(),
      volume: this.#volume.snapshot(),
      scored: this.#scored,
      flagged: this.#flagged,
      left: this.#left,
      second: this.#second,
      inSecond: this.#inSecond,
      swept: this.#swept ?? null,
    };
    return { scorer: new Uint8Array(serialize(state)) };
  }

  /** The calibration goes on where the model is still the same; everything else goes on either way. */
  async restore({ scorer }: Readonly<Record<string, Uint8Array>>): Promise<void> {
    await this.followModel();
    if (scorer === undefined) return;
    const state = deserialize(scorer) as State;
    if (state.model === this.model && state.history !== undefined) this.#history = CalibrationHistory.restore(state.history);
    this.#episodes.restore(state.episodes);
    this.#volume.restore(state.volume);
    this.#scored = state.scored;
    this.#flagged = state.flagged;
    this.#left = state.left;
    this.#second = state.second;
    this.#inSecond = state.inSecond;
    this.#swept = state.swept ?? undefined;
    this.applyLabels(this.#labels);
  }
}

function rowBatch(flows: EventFlows, encoding: FlowEncoding, rows: readonly number[]): RowBatch {
  let keys: readonly string[] | undefined;
  const isWhole = rows.length === flows.rows;
  return {
    shape: 'rows',
    rows: rows.length,
    columns: encoding.features.map(({ name }) => name),
    values: encodedValues(flows, encoding, rows),
    /** Only what is explained is ever named. */
    get keys() {
      keys ??= rows.map((row) => `${flows.source[row]} > ${flows.destination[row]}`);
      return keys;
    },
    entities: isWhole ? flows.source : rows.map((row) => flows.source[row] as string),
    start: isWhole ? flows.start : Float64Array.from(rows, (row) => flows.start[row] as number),
    end: isWhole ? flows.end : Float64Array.from(rows, (row) => flows.end[row] as number),
  };
}

/** Predictions of one batch; flows of the same score mostly have the same, which is then one object. */
class Predictions {
  private readonly latest = new Map<number, { readonly probability: number; readonly pValue: number; readonly made: FlowPrediction }>();
  private readonly detector: string;
  private readonly model: string;

  constructor(detector: string, model: string) {
    this.detector = detector;
    this.model = model;
  }

  /** `probability`: NaN of models that name no class. */
  of(score: number, named: string, probability: number, pValue: number, flagged: boolean): FlowPrediction {
    const known = this.latest.get(score);
    if (known?.pValue === pValue && Object.is(known.probability, probability)) {
      if (known.made.class === named && known.made.flagged === flagged) return known.made;
    }
    const { detector, model } = this;
    const given = Number.isNaN(probability) ? {} : { probability: rounded(probability) };
    const made: FlowPrediction = { detector, model, class: named, ...given, pValue: rounded(pValue), flagged };
    this.latest.set(score, { probability, pValue, made });
    return made;
  }
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
