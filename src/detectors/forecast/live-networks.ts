import type { Micros, NetworkCounts, SeriesNetwork, SeriesView } from '../../core/index.ts';
import { type GroupErrors, type GroupHistory, type GroupTraining, TrainingQueue, trainGroupNetwork } from '../../ml/index.ts';
import { chooseGroups } from './choose-groups.ts';
import type { ForecastConfig } from './config.ts';
import { NetworkGroup } from './network-group.ts';
import type { ReadingState } from './reading-state.ts';
import { RowRing } from './row-ring.ts';

/** A training that was begun at a step and takes effect at the next. */
export interface Pending {
  readonly history: GroupHistory;
  readonly stop: AbortController;
  readonly result: Promise<Outcome>;
  outcome?: Outcome;
}

type Outcome = { readonly training: GroupTraining | undefined } | { readonly failure: string };

/** Series of one entity that have a network, or are to have one. */
export interface Networked {
  readonly series: readonly string[];
  readonly group: NetworkGroup;
  readonly ring: RowRing;
  state: SeriesNetwork['state'];
  /** Step of its last training; 0 = none yet. */
  trainedAt: Micros;
  /** Trainings in a row of which nothing came. */
  vain: number;
  /** Per series. */
  errors?: readonly GroupErrors[];
  reason?: string;
  pending?: Pending;
}

/** Rows kept per network for training. */
export const RING_ROWS = 2_000;
/** A step that is taken later than this after its event time is of the past: nobody waits for its scores. */
const LATE: Micros = 5_000_000;
/** After so many vain trainings other series get the place. */
const GIVE_UP = 3;
/** A network is trained again once this share of its rows is new. */
const RENEWED = 0.25;
const SEED = 1;

/** One training at a time, whatever the number of sources. */
const trainings = new TrainingQueue();

/**
 * Networks of the least predictable series, each of one series or of several of one entity. What is begun at a step, with the
 * readings up to it, takes effect at the next one: steps of the past wait for it, live ones do not, and it is begun again.
 */
export class LiveNetworks {
  readonly groups = new Set<Networked>();
  /** Series that were tried in vain, until all were. */
  readonly tried = new Set<string>();
  /** Trainings that ended in time, and those that were not ready at their step. */
  trained = 0;
  missed = 0;
  readonly #of = new Map<string, Networked>();
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
    for (const one of this.groups) await this.#settle(one, at, states);
    this.#choose(states);
    this.#begin(at);
  }

  view(name: string, { lastTime, step }: Pick<SeriesView, 'lastTime' | 'step'>): SeriesNetwork | undefined {
    const one = this.#of.get(name);
    if (one === undefined) return undefined;
    const { readings, algorithm } = this.#config.networks;
    const { every } = this;
    const channel = one.series.indexOf(name);
    const full = lastTime + Math.max(0, this.#missing(one)) * step;
    const readyAt = one.pending === undefined ? (Math.floor(full / every) + 2) * every : one.trainedAt + every;
    const { group, errors, reason } = one;
    const state = one.state === 'used' && !group.betters(channel) ? 'not better' : one.state;
    return {
      ...{ state, readings: one.ring.length, needed: readings, readyAt, channels: one.series.length },
      algorithm: group.network?.weights.algorithm ?? algorithm,
      ...(errors === undefined ? {} : { errors: errors[channel] as GroupErrors }),
      ...(reason === undefined ? {} : { reason }),
    };
  }

  /** Series that share a network with one, in their order; itself alone where it has none. */
  channelsOf(name: string): readonly string[] {
    return this.#of.get(name)?.series ?? [name];
  }

  counts(states: ReadonlyMap<string, ReadingState>): NetworkCounts {
    let used = 0;
    let readyAt: Micros | undefined;
    let learning = 0;
    for (const { group, series } of this.groups) {
      if (group.network !== undefined) {
        used++;
        continue;
      }
      learning += series.length;
      const [name = ''] = series;
      const state = states.get(name);
      const ready = state === undefined ? undefined : this.view(name, state)?.readyAt;
      if (ready !== undefined && (readyAt === undefined || ready < readyAt)) readyAt = ready;
    }
    return { used, learning, trained: this.trained, missed: this.missed, readyAt };
  }

  add(one: Networked, states: ReadonlyMap<string, ReadingState>): void {
    this.groups.add(one);
    for (const [channel, name] of one.series.entries()) {
      this.#of.set(name, one);
      const state = states.get(name);
      if (state !== undefined) state.track = { group: one.group, channel };
    }
  }

  train(one: Networked, history: GroupHistory): void {
    const stop = new AbortController();
    const { algorithm } = this.#config.networks;
    const result = trainings
      .run(async () => ({ training: stop.signal.aborted ? undefined : await trainGroupNetwork(history, algorithm, SEED, stop.signal) }))
      .catch((error: unknown): Outcome => ({ failure: error instanceof Error ? error.message : String(error) }));
    const pending: Pending = { history, stop, result };
    const settled = result.then((outcome) => {
      pending.outcome = outcome;
      this.#running.delete(settled);
    });
    this.#running.add(settled);
    one.pending = pending;
    if (one.group.network === undefined) one.state = 'training';
  }

  /** Knows nothing any more. */
  forget(): void {
    for (const { pending } of this.groups) pending?.stop.abort();
    this.groups.clear();
    this.#of.clear();
    this.tried.clear();
    this.trained = 0;
    this.missed = 0;
  }

  /** Ends what trains. */
  async close(): Promise<void> {
    for (const { pending } of this.groups) pending?.stop.abort();
    await Promise.all(this.#running);
  }

  async #settle(one: Networked, at: Micros, states: ReadonlyMap<string, ReadingState>): Promise<void> {
    const { pending, group } = one;
    if (pending === undefined) return;
    if (this.#now() - at > LATE) await pending.result;
    delete one.pending;
    const { outcome } = pending;
    if (outcome === undefined) {
      pending.stop.abort();
      this.missed++;
      one.trainedAt = 0;
      one.ring.fresh = RING_ROWS;
      return;
    }
    this.trained++;
    delete one.reason;
    if ('failure' in outcome) {
      one.state = 'failed';
      one.reason = outcome.failure;
    } else if (outcome.training !== undefined) {
      const { network, errors } = outcome.training;
      one.errors = errors;
      group.install(network, errors);
      if (one.series.some((_, channel) => group.betters(channel))) {
        one.state = 'used';
        one.vain = 0;
        return;
      }
      one.state = 'not better';
    }
    group.network = undefined;
    one.vain++;
    if (one.vain >= GIVE_UP) this.#giveUp(one, states);
  }

  #giveUp(one: Networked, states: ReadonlyMap<string, ReadingState>): void {
    this.groups.delete(one);
    for (const name of one.series) {
      this.#of.delete(name);
      this.tried.add(name);
      const state = states.get(name);
      if (state !== undefined) state.track = undefined;
    }
  }

  #choose(states: ReadonlyMap<string, ReadingState>): void {
    const { networks, warmUp } = this.#config;
    const free = networks.most - this.groups.size;
    if (free <= 0) return;
    const chosen = chooseGroups(states, { groups: free, channels: networks.channels, warmUp, tried: this.tried });
    if (chosen.length === 0) this.tried.clear();
    for (const series of chosen) {
      const ring = new RowRing(RING_ROWS, series.length);
      const group = new NetworkGroup(series.length, ring);
      for (const [channel, name] of series.entries()) {
        const state = states.get(name) as ReadingState;
        group.begin(channel, state.last, state.forecaster.expect(state.lastTime + state.step));
      }
      this.add({ series, group, ring, state: 'collecting', trainedAt: 0, vain: 0 }, states);
    }
  }

  /** Rows that the next training still needs: so many at first, then a share of new ones. */
  #missing({ ring, trainedAt }: Networked): number {
    const { readings } = this.#config.networks;
    return Math.max(readings - ring.length, trainedAt === 0 ? 0 : RENEWED * ring.length - ring.fresh);
  }

  /** The longest untrained first. */
  #begin(at: Micros): void {
    const { perStep } = this.#config.networks;
    const due = [...this.groups].filter((one) => one.pending === undefined && this.#missing(one) <= 0);
    due.sort((one, other) => one.trainedAt - other.trainedAt || ((one.series[0] as string) < (other.series[0] as string) ? -1 : 1));
    for (const one of due.slice(0, perStep)) {
      one.trainedAt = at;
      one.ring.fresh = 0;
      this.train(one, one.ring.history());
    }
  }
}
