import { type OnlineExpectation, SMALL_WINDOW, type SmallNetwork } from '../../ml/index.ts';
import type { ReadingRing } from './reading-ring.ts';

const UNBROKEN = 0;
const ERROR = 1;
const WINDOW = 2;
const SIZE = WINDOW + SMALL_WINDOW;
const SHARE = 0.01;
/** Errors are learnt winsorised at so many mean absolute errors. */
const WINSOR = 6;
/** The network forecasts where it errs less by so much. */
const BETTER = 0.95;

/** One series as a network sees it: the last readings, and how far the network erred lately. */
export class NetworkTrack {
  readonly values: Float64Array;
  network: SmallNetwork | undefined;
  /** What it will be trained on; copies have none. */
  readonly ring: ReadingRing | undefined;

  constructor(ring?: ReadingRing, values: Float64Array = new Float64Array(SIZE), network?: SmallNetwork) {
    this.ring = ring;
    this.values = values;
    this.network = network;
  }

  copy(): NetworkTrack {
    return new NetworkTrack(undefined, this.values.slice(), this.network);
  }

  install(network: SmallNetwork, error: number): void {
    this.network = network;
    this.values[ERROR] = error;
  }

  /** Mean absolute error of the network's forecasts. */
  get spread(): number {
    return this.values[ERROR] as number;
  }

  get window(): Float64Array {
    return this.values.subarray(WINDOW);
  }

  /** Whether the network forecasts, where other forecasts err by `spread`. */
  leads(spread: number): boolean {
    return this.network !== undefined && (this.values[UNBROKEN] as number) >= SMALL_WINDOW && this.spread < BETTER * spread;
  }

  expect(usual: number): number {
    return this.network?.predict(this.window, usual) ?? Number.NaN;
  }

  /** Takes a reading; gives what was expected of it by whichever errs less. `profile`: what the other forecasts say. */
  push(value: number, usual: number, unbroken: boolean, profile: OnlineExpectation): OnlineExpectation {
    const { values: s } = this;
    if (!unbroken) s[UNBROKEN] = 0;
    const leads = this.leads(profile.spread);
    const { spread } = this;
    let expectation = profile;
    if (this.network !== undefined && (s[UNBROKEN] as number) >= SMALL_WINDOW) {
      const expected = this.expect(usual);
      const error = value - expected;
      s[ERROR] = spread + SHARE * (Math.min(Math.abs(error), WINSOR * spread + 1e-12) - spread);
      if (leads) expectation = { expected, spread, error };
    }
    s.copyWithin(WINDOW, WINDOW + 1);
    s[SIZE - 1] = value;
    s[UNBROKEN] = (s[UNBROKEN] as number) + 1;
    this.ring?.add(value, usual, Math.abs(profile.error), s[UNBROKEN] as number);
    return expectation;
  }
}
