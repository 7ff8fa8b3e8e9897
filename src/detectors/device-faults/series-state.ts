import type { Micros } from '../../core/index.ts';
import type { DeviceFaultsConfig } from './config.ts';
import { type Drift, DriftModel, UNKNOWN } from './drift-model.ts';
import type { EntityPeers } from './entity-peers.ts';
import type { FaultRatios } from './faults.ts';
import { ReadingLimits } from './reading-limits.ts';

/** Share of the learning readings that the peers' weights are learnt from; the others are held back for their limits. */
const WEIGHED = 0.6;
/** A reading out of range, or a jump, that its own neighbours do not show: it differs by so many of their usual errors. */
const CONTRADICTED = 3;

export interface FaultRating extends FaultRatios {
  /** What it should have read by its peers, or its median. */
  readonly expected: number;
  readonly byPeers: boolean;
  /** The reading is a fault by itself, which its peers do not share: it says nothing of them. */
  readonly faulty: boolean;
  readonly low: number;
  readonly high: number;
  readonly run: number;
  readonly seen: number;
  /** Readings without memory that would tell as much of the range and the level. */
  readonly independent: number;
  /** True while the reading is learnt from and not judged. */
  readonly learning: boolean;
}

/** One series: its own limits, and itself as a function of its peers. */
export class SeriesState {
  /** Name of those that it is compared with. */
  readonly group: string;
  /** Place among them; -1 where there are more than are compared. */
  readonly place: number;
  /** Readings that it learns from. */
  readonly target: number;
  readonly limits: ReadingLimits;
  readonly drift: DriftModel | undefined;

  constructor(
    group: string,
    place: number,
    target: number,
    maxPeers: number,
    saved?: { readonly limits: Float64Array; readonly drift?: { readonly sums: Float64Array; readonly state: Float64Array } | undefined },
  ) {
    this.group = group;
    this.place = place;
    this.target = target;
    this.limits = new ReadingLimits(saved?.limits);
    this.drift = place < 0 ? undefined : new DriftModel(maxPeers, saved?.drift);
  }

  copy(maxPeers: number): SeriesState {
    const saved = { limits: this.limits.save(), drift: this.drift?.save() };
    return new SeriesState(this.group, this.place, this.target, maxPeers, saved);
  }

  /** Rates the reading by what came before it, then learns it. */
  push(value: number, time: Micros, peers: EntityPeers, options: DeviceFaultsConfig): FaultRating {
    const { seen, range, independent } = this.limits;
    const learning = seen < this.target;
    const own = this.limits.push(value, time, learning, options);
    const drift = this.#compare(value, time, seen, peers, options);
    const faulty = !learning && isFaulty(value, { ...own, still: this.limits.still }, drift);
    peers.set(this.place, faulty && !Number.isNaN(drift.expected) ? drift.expected : value, time);
    const judged = learning ? Number.NaN : 1;
    return {
      stuck: own.stuck * judged,
      range: own.range * judged,
      jump: own.jump * judged,
      noise: own.noise * judged,
      drift: (drift.ratio / (drift.byPeers ? options.driftFactor : options.driftFactorAlone)) * judged,
      expected: drift.expected,
      byPeers: drift.byPeers,
      faulty,
      low: range[0],
      high: range[1],
      run: this.limits.run,
      seen,
      independent,
      learning,
    };
  }

  #compare(value: number, time: Micros, seen: number, peers: EntityPeers, options: DeviceFaultsConfig): Drift {
    if (this.drift === undefined) return UNKNOWN;
    const others = peers.without(this.place, time);
    if (seen < WEIGHED * this.target) {
      this.drift.learn(others, value);
      return UNKNOWN;
    }
    if (!this.drift.fitted) this.drift.fit();
    return this.drift.push(others, value, seen < this.target, options.peerFit);
  }
}

/** Among its neighbours such a reading counts as what they, or its level, made likely. */
function isFaulty(
  value: number,
  { range, jump, still }: Pick<FaultRatios, 'range' | 'jump'> & { readonly still: boolean },
  { expected, error }: Drift,
): boolean {
  return still || (Math.max(range, jump) > 1 && !(Math.abs(value - expected) <= CONTRADICTED * error));
}
