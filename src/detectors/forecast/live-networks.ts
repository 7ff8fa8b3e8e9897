import type { Micros, NetworkCounts, SeriesNetwork, SeriesView } from '../../core/index.ts';
import { type ReadingHistory, type SmallTraining, TrainingQueue, trainSmallNetwork } from '../../ml/index.ts';
import type { ForecastConfig } from './config.ts';
import { NetworkTrack } from './network-track.ts';
import { ReadingRing } from './reading-ring.ts';
import type { ReadingState } from './reading-state.ts';

/** A training that was begun at a step and takes effect at the next. */
export interface Pending {
  readonly history: ReadingHistory;
  readonly stop: AbortController;
  readonly result: Promise<Outcome>;
  outcome?: Outcome;
}

type Outcome = { readonly training: SmallTraining | undefined } | { readonly failure: string };

/** A series that has a network, or is to have one. */
export interface Networked {
  readonly track: NetworkTrack;
  readonly ring: ReadingRing;
  state: SeriesNetwork['state'];
  /** Step of its last training; 0 = none yet. */
  trainedAt: Micros;
  /** Trainings in a row of which nothing came. */
  vain: number;
  errors?: NonNullable<SeriesNetwork['errors']>;
  reason?: string;
  pending?: Pending;
}

/** Readings kept per series for training. */
export const RING_READINGS = 2_000;
/** A step that is taken later than this after its event time is of the past: nobody waits for its scores. */
const LATE: Micros = 5_000_000;
/** On held-back readings a network must err less by so much. */
const BETTER = 0.95;
/** After so many vain trainings another series gets the place. */
const GIVE_UP = 3;
/** A series that stands still more often is not worth a network. */
const CHANGING = 0.25;
/** A network is trained again once this share of its readings is new. */
const RENEWED = 0.25;
const SEED = 1;

/** One training at a time, whatever the number of sources. */
const trainings = new TrainingQueue();

/**
 * Networks of the least predictable series. What is begun at a step, with the readings up to it, takes effect at the next one:
 * steps of the past wait for it, live ones do not, and it is begun again.
 */
export class LiveNetworks {
  readonly of = new Map<string, Networked>();
  /** Series that were tried in vain, until all were. */
  readonly tried = new Set<string>();
  /** Trainings that were not ready at their step. */
  missed = 0;
  readonly #running = new Set<Promise<void>>();
  readonly #config: ForecastConfig;
  readonly #now: () => Micros;

  constructor(config: ForecastConfig, now: () => Micros) {
    this.#config = config;
    this.#now = now;
  }

  get every(): Micros {
    const { most, every } = this.#config.networks;
    return most === 0 ? 0 : every * 1e6;
  }

  async step(at: Micros, states: ReadonlyMap<string, ReadingState>): Promise<void> {
    for (const [name, one] of this.of) await this.#settle(name, one, at, states);
    this.#choose(states);
    this.#begin(at);
  }

  view(name: string, { lastTime, step }: Pick<SeriesView, 'lastTime' | 'step'>): SeriesNetwork | undefined {
    const one = this.of.get(name);
    if (one === undefined) return undefined;
    const { readings } = this.#config.networks;
    const { every } = this;
    const full = lastTime + Math.max(0, this.#missing(one)) * step;
    const readyAt = one.pending === undefined ? (Math.floor(full / every) + 2) * every : one.trainedAt + every;
    const { state, errors, reason } = one;
    return {
      ...{ state, readings: one.ring.length, needed: readings, readyAt },
      ...(errors === undefined ? {} : { errors }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  counts(states: ReadonlyMap<string, ReadingState>): NetworkCounts {
    let used = 0;
    let readyAt: Micros | undefined;
    let learning = 0;
    for (const [name, { track }] of this.of) {
      if (track.network !== undefined) {
        used++;
        continue;
      }
      learning++;
      const state = states.get(name);
      const ready = state === undefined ? undefined : this.view(name, state)?.readyAt;
      if (ready !== undefined && (readyAt === undefined || ready < readyAt)) readyAt = ready;
    }
    return { used, learning, missed: this.missed, readyAt };
  }

  add(name: string, one: Networked, state: ReadingState | undefined): void {
    this.of.set(name, one);
    if (state !== undefined) state.track = one.track;
  }

  train(one: Networked, history: ReadingHistory): void {
    const stop = new AbortController();
    const result = trainings
      .run(async () => ({ training: stop.signal.aborted ? undefined : await trainSmallNetwork(history, SEED, stop.signal) }))
      .catch((error: unknown): Outcome => ({ failure: error instanceof Error ? error.message : String(error) }));
    const pending: Pending = { history, stop, result };
    const settled = result.then((outcome) => {
      pending.outcome = outcome;
      this.#running.delete(settled);
    });
    this.#running.add(settled);
    one.pending = pending;
    if (one.track.network === undefined) one.state = 'training';
  }

  /** Knows nothing any more. */
  forget(): void {
    for (const { pending } of this.of.values()) pending?.stop.abort();
    this.of.clear();
    this.tried.clear();
    this.missed = 0;
  }

  /** Ends what trains. */
  async close(): Promise<void> {
    for (const { pending } of this.of.values()) pending?.stop.abort();
    await Promise.all(this.#running);
  }

  async #settle(name: string, one: Networked, at: Micros, states: ReadonlyMap<string, ReadingState>): Promise<void> {
    const { pending } = one;
    if (pending === undefined) return;
    if (this.#now() - at > LATE) await pending.result;
    delete one.pending;
    const { outcome } = pending;
    if (outcome === undefined) {
      pending.stop.abort();
      this.missed++;
      one.trainedAt = 0;
      one.ring.fresh = RING_READINGS;
      return;
    }
    delete one.reason;
    if ('failure' in outcome) {
      one.state = 'failed';
      one.reason = outcome.failure;
    } else if (outcome.training !== undefined) {
      const { network, networkError, profileError } = outcome.training;
      one.errors = { network: networkError, profile: profileError };
      if (networkError < BETTER * profileError) {
        one.track.install(network, networkError);
        one.state = 'used';
        one.vain = 0;
        return;
      }
      one.state = 'not better';
    }
    one.track.network = undefined;
    one.vain++;
    if (one.vain < GIVE_UP) return;
    this.of.delete(name);
    this.tried.add(name);
    const state = states.get(name);
    if (state !== undefined) state.track = undefined;
  }

  /** Gives free places to the series whose forecasts err most, for their level. */
  #choose(states: ReadonlyMap<string, ReadingState>): void {
    const free = this.#config.networks.most - this.of.size;
    if (free <= 0) return;
    const candidates: { readonly name: string; readonly state: ReadingState; readonly rank: number }[] = [];
    for (const [name, state] of states) {
      if (state.track !== undefined || state.seen < this.#config.warmUp || state.changing < CHANGING || this.tried.has(name)) continue;
      const { spread, level } = state.forecaster;
      candidates.push({ name, state, rank: spread / (spread + Math.abs(level)) });
    }
    if (candidates.length === 0) this.tried.clear();
    candidates.sort((a, b) => b.rank - a.rank || (a.name < b.name ? -1 : 1));
    for (const { name, state } of candidates.slice(0, free)) {
      const ring = new ReadingRing(RING_READINGS);
      this.add(name, { track: new NetworkTrack(ring), ring, state: 'collecting', trainedAt: 0, vain: 0 }, state);
    }
  }

  /** Readings that the next training still needs: so many at first, then a share of new ones. */
  #missing({ ring, trainedAt }: Networked): number {
    const { readings } = this.#config.networks;
    return Math.max(readings - ring.length, trainedAt === 0 ? 0 : RENEWED * ring.length - ring.fresh);
  }

  /** The longest untrained first. */
  #begin(at: Micros): void {
    const { perStep } = this.#config.networks;
    const due = [...this.of].filter(([, one]) => one.pending === undefined && this.#missing(one) <= 0);
    due.sort(([a, one], [b, other]) => one.trainedAt - other.trainedAt || (a < b ? -1 : 1));
    for (const [, one] of due.slice(0, perStep)) {
      one.trainedAt = at;
      one.ring.fresh = 0;
      this.train(one, one.ring.history());
    }
  }
}
