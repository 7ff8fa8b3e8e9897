import { canonicalJson, type Micros } from '../../core/index.ts';
import { binomialUpperTail } from '../../ml/index.ts';

export interface FloodOptions {
  /** Event time over which flagged units are compared with the promise. */
  readonly window: Micros;
  /** Fewer flagged units than this are never a flood. */
  readonly fewest: number;
  /** Chance below which the number of flagged units is no chance. */
  readonly chance: number;
  /** How many times the promise it must be as well: a slightly low threshold is no flood. */
  readonly factor: number;
  /** Event time a detector rests; it goes on scoring and calibrating, only alerts stop. */
  readonly pause: Micros;
}

export const FLOOD_DEFAULTS: FloodOptions = { window: 3_600_000_000, fewest: 50, chance: 1e-6, factor: 20, pause: 6 * 3_600_000_000 };

/** Said aloud when a detector is paused or goes on: shown in status and report, and sent where alerts go. */
export interface FloodEvent {
  readonly kind: 'detector-paused' | 'detector-resumed';
  readonly detector: string;
  readonly at: Micros;
  /** Until when it rests; equal to `at` when it goes on. */
  readonly until: Micros;
  readonly flagged: number;
  readonly expected: number;
  /** Plain words. */
  readonly text: string;
}

interface Watch {
  from: Micros;
  scored: number;
  flagged: number;
  expected: number;
  pausedUntil: Micros | null;
}

/** Pauses a detector that flags far more than its promise and chance explain, so that it does not bury the others. */
export class FloodGuard {
  private readonly options: FloodOptions;
  private readonly watches = new Map<string, Watch>();

  constructor(options: Partial<FloodOptions> = {}) {
    this.options = { ...FLOOD_DEFAULTS, ...options };
  }

  /** Counts units scored at event time `at`; the event when this starts or ends a pause. Call in event-time order. */
  add(detector: string, scored: number, flagged: number, rate: number, at: Micros): FloodEvent | undefined {
    let watch = this.watches.get(detector);
    if (watch === undefined) {
      watch = { from: at, scored: 0, flagged: 0, expected: 0, pausedUntil: null };
      this.watches.set(detector, watch);
    }
    let resumed: FloodEvent | undefined;
    if (watch.pausedUntil !== null) {
      if (at < watch.pausedUntil) return undefined;
      resumed = {
        kind: 'detector-resumed',
        detector,
        at,
        until: at,
        flagged: 0,
        expected: 0,
        text: `The detector ${detector} raises alerts again.`,
      };
      Object.assign(watch, { from: at, scored: 0, flagged: 0, expected: 0, pausedUntil: null });
    }
    if (at - watch.from >= this.options.window) Object.assign(watch, { from: at, scored: 0, flagged: 0, expected: 0 });
    watch.scored += scored;
    watch.flagged += flagged;
    watch.expected += rate * scored;
    return this.isFlood(watch) ? this.pause(detector, watch, at) : resumed;
  }

  /** True while alerts of the detector are held back at event time `at`. */
  paused(detector: string, at: Micros): boolean {
    const until = this.watches.get(detector)?.pausedUntil;
    return until !== undefined && until !== null && at < until;
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(canonicalJson([...this.watches].sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  restore(snapshot: Uint8Array): void {
    this.watches.clear();
    for (const [detector, watch] of JSON.parse(new TextDecoder().decode(snapshot)) as [string, Watch][]) this.watches.set(detector, watch);
  }

  private isFlood({ scored, flagged, expected }: Watch): boolean {
    const { fewest, factor, chance } = this.options;
    if (flagged < fewest || flagged < factor * expected) return false;
    return binomialUpperTail(flagged, scored, expected / scored) < chance;
  }

  private pause(detector: string, watch: Watch, at: Micros): FloodEvent {
    const until = at + this.options.pause;
    watch.pausedUntil = until;
    const expected = Number(watch.expected.toPrecision(2));
    const hours = Number((this.options.pause / 3_600_000_000).toPrecision(2));
    const text = `The detector ${detector} flagged ${watch.flagged} of ${watch.scored} units where about ${expected} were expected; it raises no alerts for ${hours} hours. What it scores is still kept. Train it again if its data has changed for good.`;
    return { kind: 'detector-paused', detector, at, until, flagged: watch.flagged, expected: watch.expected, text };
  }
}
