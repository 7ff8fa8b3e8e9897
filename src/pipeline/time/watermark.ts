import type { Micros } from '../../core/index.ts';
import { type ClockState, InputClock } from './input-clock.ts';

export interface EventTimeOptions {
  /** Records later than their arrival plus this are put aside; those that are less ahead are judged by their arrival. */
  readonly maxSkew: Micros;
  readonly lateness: Micros;
  readonly disorder: Micros;
  readonly idle: Micros;
  readonly confirm: number;
}

export interface WatermarkState {
  readonly watermark: Micros | null;
  readonly inputs: readonly (readonly [string, ClockState])[];
}

/** Longest wall-clock step that counts as silence: a machine that slept or whose clock was set has not been listening. */
const MAX_STEP: Micros = 5_000_000;
/** Inputs with a clock of their own; beyond, the one silent longest is forgotten. */
const MAX_INPUTS = 4096;

/**
 * Watermark of one source: no record before it is expected any more. The least believed time of its inputs minus the usual
 * disorder; never falls. Silent inputs hold it back for `idle` at most; when all are silent it goes on with the wall clock.
 */
export class Watermark {
  private readonly options: EventTimeOptions;
  private readonly inputs = new Map<string, InputClock>();
  private current = Number.NEGATIVE_INFINITY;
  private lastNow: Micros | undefined;

  constructor(options: EventTimeOptions) {
    this.options = options;
  }

  get value(): Micros {
    return this.current;
  }

  has(input: string): boolean {
    return this.inputs.has(input);
  }

  /** Takes one record's time; true when the watermark rose. */
  observe(input: string, time: Micros): boolean {
    const clock = this.clockOf(input);
    const before = clock.believed;
    clock.observe(time);
    return clock.believed > before && this.rise(this.least());
  }

  /** Counts the wall-clock time that passed; true when the watermark rose because inputs are silent. */
  elapse(now: Micros): boolean {
    const step = Math.min(MAX_STEP, Math.max(0, now - (this.lastNow ?? now)));
    this.lastNow = now;
    for (const clock of this.inputs.values()) clock.silent += step;
    return this.rise(this.least());
  }

  /** An input holds nothing more. */
  finish(input: string): boolean {
    const clock = this.inputs.get(input);
    if (clock === undefined || !this.inputs.delete(input)) return false;
    return this.rise(this.inputs.size > 0 ? this.least() : clock.settled - this.options.disorder);
  }

  private least(): Micros {
    const { idle, disorder } = this.options;
    let least = Number.POSITIVE_INFINITY;
    let silent = Number.NEGATIVE_INFINITY;
    for (const clock of this.inputs.values()) {
      if (clock.silent < idle) least = Math.min(least, clock.believed - disorder);
      else silent = Math.max(silent, clock.settled - disorder + clock.silent);
    }
    return least === Number.POSITIVE_INFINITY ? silent : least;
  }

  private rise(to: Micros): boolean {
    if (!(to > this.current)) return false;
    this.current = to;
    return true;
  }

  private clockOf(input: string): InputClock {
    const known = this.inputs.get(input);
    if (known !== undefined) return known;
    if (this.inputs.size >= MAX_INPUTS) this.forgetOne();
    const clock = new InputClock(this.options.confirm);
    this.inputs.set(input, clock);
    return clock;
  }

  private forgetOne(): void {
    let longest: [string, Micros] | undefined;
    for (const [input, clock] of this.inputs) if (longest === undefined || clock.silent > longest[1]) longest = [input, clock.silent];
    if (longest !== undefined) this.inputs.delete(longest[0]);
  }

  snapshot(): WatermarkState {
    const inputs = [...this.inputs].map(([input, clock]) => [input, clock.snapshot()] as const);
    return { watermark: Number.isFinite(this.current) ? this.current : null, inputs };
  }

  restore(state: WatermarkState): void {
    this.inputs.clear();
    for (const [input, clock] of state.inputs) this.inputs.set(input, InputClock.restore(clock, this.options.confirm));
    this.current = state.watermark ?? Number.NEGATIVE_INFINITY;
  }
}
