import type { Micros } from '../../core/index.ts';
import { GROUP_WINDOW, type GroupErrors, type GroupNetwork, type OnlineExpectation, type OnlineWalk } from '../../ml/index.ts';
import type { RowRing } from './row-ring.ts';

const SHARE = 0.01;
/** Errors are learnt winsorised at so many mean absolute errors. */
const WINSOR = 6;
/** The network forecasts where it errs less by so much, of late and on the rows held back. */
const BETTER = 0.95;
/** A row later than so many usual distances does not continue those before. */
const GAP = 3;
/** A channel that reports this share of the usual distance later opens a new row. */
const APART = 0.5;

/** Scalars of the state, then so many numbers per channel, then the window. */
const ROW_TIME = 0;
const UNBROKEN = 1;
const PREDICTED = 2;
const SCALARS = 3;
const PER_CHANNEL = 7;

/** What was expected, and whether the network said it. */
export interface GroupExpectation extends OnlineExpectation {
  readonly byNetwork: boolean;
}

/**
 * Channels of one device as their network sees them. Readings that belong together are one row; the network forecasts a row from
 * those before it, so within a row the order of its channels does not matter.
 */
export class NetworkGroup {
  readonly channels: number;
  readonly values: Float64Array;
  network: GroupNetwork | undefined;
  /** What it will be trained on; copies have none. */
  readonly ring: RowRing | undefined;

  constructor(channels: number, ring?: RowRing, values?: Float64Array, network?: GroupNetwork) {
    this.channels = channels;
    this.values = values ?? new Float64Array(groupSize(channels));
    this.ring = ring;
    this.network = network;
  }

  copy(): NetworkGroup {
    return new NetworkGroup(this.channels, undefined, this.values.slice(), this.network);
  }

  /** Where a channel begins: its last value, and what is expected of the next. */
  begin(channel: number, value: number, expected: number): void {
    this.#now[channel] = value;
    this.#next[channel] = expected;
  }

  install(network: GroupNetwork, errors: readonly GroupErrors[]): void {
    this.network = network;
    this.values[PREDICTED] = 0;
    for (const [c, error] of errors.entries()) {
      this.#error[c] = error.network;
      this.#better[c] = error.network < BETTER * error.profile ? 1 : 0;
    }
  }

  /** Whether the network does better than the rest of the blend for a channel, on readings that were held back. */
  betters(channel: number): boolean {
    return this.network !== undefined && this.#better[channel] === 1;
  }

  /** Mean absolute error of the network's forecasts. */
  spread(channel: number): number {
    return this.#error[channel] as number;
  }

  /** Whether the network forecasts the channel's next reading, where other forecasts err by `spread`. */
  leads(channel: number, spread: number): boolean {
    return this.betters(channel) && this.#past(1) >= GROUP_WINDOW && this.spread(channel) < BETTER * spread;
  }

  /** The channel's next reading, as if it came at `time`. */
  ahead(channel: number, time: Micros, step: Micros): number {
    const copy = this.copy();
    if (copy.#opens(channel, time, step)) copy.#open(time, step);
    return copy.#forecast[channel] as number;
  }

  /**
   * The channel's next readings, `step` apart from `time` on: what is expected of a row is taken for what came, on every channel,
   * before the next one is forecast. `walks` (channels): the rest of the blend from the last readings on.
   */
  outlook(channel: number, time: Micros, step: Micros, steps: number, walks: readonly OnlineWalk[]): number[] {
    const copy = this.copy();
    const reported = copy.#reported;
    return Array.from({ length: steps }, (_, k) => {
      const when = time + k * step;
      if (copy.#opens(channel, when, step)) copy.#open(when, step);
      const predicted = copy.values[PREDICTED] === 1;
      for (const [c, walk] of walks.entries()) {
        if (reported[c] === 1) continue;
        const expected = predicted && this.betters(c) ? (copy.#forecast[c] as number) : walk.expect(when);
        walk.take(when, expected);
        copy.#now[c] = expected;
        reported[c] = 1;
      }
      for (const [c, walk] of walks.entries()) copy.#next[c] = walk.expect(when + step);
      return copy.#now[channel] as number;
    });
  }

  /** Takes a reading; gives what was expected of it by whichever errs less. `profile`: what the other forecasts say. */
  push(channel: number, time: Micros, value: number, step: Micros, profile: OnlineExpectation): GroupExpectation {
    const { values: s } = this;
    if (this.#opens(channel, time, step)) this.#open(time, step);
    let expectation: GroupExpectation = { ...profile, byNetwork: false };
    if (s[PREDICTED] === 1 && time >= (s[ROW_TIME] as number)) {
      const expected = this.#forecast[channel] as number;
      const spread = this.spread(channel);
      const error = value - expected;
      if (this.betters(channel) && spread < BETTER * profile.spread) expectation = { expected, spread, error, byNetwork: true };
      this.#error[channel] = spread + SHARE * (Math.min(Math.abs(error), WINSOR * spread + 1e-12) - spread);
    }
    this.#now[channel] = value;
    this.#reported[channel] = 1;
    return expectation;
  }

  /** What is expected of the channel's next reading without the network, now that the last one is learnt. */
  expectNext(channel: number, expected: number): void {
    this.#next[channel] = expected;
  }

  #opens(channel: number, time: Micros, step: Micros): boolean {
    const late = time - (this.values[ROW_TIME] as number);
    return late > 0 && (this.#reported[channel] === 1 || late > APART * step);
  }

  #open(time: Micros, step: Micros): void {
    const { values: s } = this;
    const reported = this.#reported.reduce((sum, one) => sum + one, 0);
    if (reported > 0) {
      s[UNBROKEN] = this.#past(1);
      this.#window.copyWithin(0, this.channels);
      this.#window.set(this.#now, (GROUP_WINDOW - 1) * this.channels);
      this.ring?.add(this.#now, this.#base, s[UNBROKEN] as number, reported === this.channels ? 1 : 0);
    }
    if (time - (s[ROW_TIME] as number) > GAP * step) s[UNBROKEN] = 0;
    s[ROW_TIME] = time;
    this.#reported.fill(0);
    this.#base.set(this.#next);
    s[PREDICTED] = this.network !== undefined && (s[UNBROKEN] as number) >= GROUP_WINDOW ? 1 : 0;
    if (this.network !== undefined && s[PREDICTED] === 1) this.#forecast.set(this.network.predict(this.#window, this.#base));
  }

  #past(more: number): number {
    return (this.values[UNBROKEN] as number) + more;
  }

  get #now(): Float64Array {
    return this.#part(0);
  }

  get #next(): Float64Array {
    return this.#part(1);
  }

  /** What was expected of the row that is open when it opened. */
  get #base(): Float64Array {
    return this.#part(2);
  }

  get #forecast(): Float64Array {
    return this.#part(3);
  }

  get #error(): Float64Array {
    return this.#part(4);
  }

  get #better(): Float64Array {
    return this.#part(5);
  }

  get #reported(): Float64Array {
    return this.#part(6);
  }

  get #window(): Float64Array {
    return this.values.subarray(SCALARS + PER_CHANNEL * this.channels);
  }

  #part(k: number): Float64Array {
    return this.values.subarray(SCALARS + k * this.channels, SCALARS + (k + 1) * this.channels);
  }
}

/** Doubles that the state of a group is made of. */
export function groupSize(channels: number): number {
  return SCALARS + (PER_CHANNEL + GROUP_WINDOW) * channels;
}
