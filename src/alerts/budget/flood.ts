import { canonicalJson, type Micros } from '../../core/index.ts';
import { binomialUpperTail } from '../../ml/index.ts';

export interface FloodOptions {
  /** Event time over which flagged units are compared with the promise; so long it must keep the promise before it goes on. */
  readonly window: Micros;
  /** Fewer flagged units than this are never a flood. */
  readonly fewest: number;
  /** Chance below which the number of flagged units is no chance. */
  readonly chance: number;
  /** How many times the promise it must be as well: a slightly low threshold is no flood. */
  readonly factor: number;
  /** A flood that has lasted for this event time is a lasting change, which is to be learnt. */
  readonly lasting: Micros;
}

export const FLOOD_DEFAULTS: FloodOptions = { window: 3_600_000_000, fewest: 50, chance: 1e-6, factor: 20, lasting: 6 * 3_600_000_000 };

/** While paused: of a window, so many times the promise and so many units are no flood any more, of at least so many scored. */
const CALM = { factor: 3, units: 3, scored: 20 } as const;

/** Said aloud when a detector is paused or goes on: shown in status and report, and sent where alerts go. */
export interface FloodEvent {
  readonly kind: 'detector-paused' | 'detector-resumed';
  readonly detector: string;
  readonly at: Micros;
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
  pausedSince: Micros | null;
}

/** Of states of before a pause ended by its rate: it ended by the clock. */
type Stored = Watch & { readonly pausedUntil?: Micros | null };

/**
 * Pauses a detector that flags far more than its promise and chance explain, so that it does not bury the others. It goes on when
 * what it would have raised keeps the promise for a whole window: because the flood is over, or because the change was learnt.
 */
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
      watch = { from: at, scored: 0, flagged: 0, expected: 0, pausedSince: null };
      this.watches.set(detector, watch);
    }
    let resumed: FloodEvent | undefined;
    if (at - watch.from >= this.options.window) {
      if (watch.pausedSince !== null && isCalm(watch)) resumed = this.resume(detector, watch, at);
      Object.assign(watch, { from: at, scored: 0, flagged: 0, expected: 0 });
    }
    watch.scored += scored;
    watch.flagged += flagged;
    watch.expected += rate * scored;
    if (watch.pausedSince !== null) return undefined;
    return this.isFlood(watch) ? this.pause(detector, watch, at) : resumed;
  }

  /** True while alerts of the detector are held back. */
  paused(detector: string): boolean {
    return (this.watches.get(detector)?.pausedSince ?? null) !== null;
  }

  /** True when the flood has lasted so long at event time `at` that what floods is to be learnt. */
  isLasting(detector: string, at: Micros): boolean {
    const since = this.watches.get(detector)?.pausedSince ?? null;
    return since !== null && at - since >= this.options.lasting;
  }

  /** What floods was learnt: from now on it is watched anew whether the promise is kept. */
  relearnt(detector: string, at: Micros): void {
    const watch = this.watches.get(detector);
    if (watch !== undefined) Object.assign(watch, { from: at, scored: 0, flagged: 0, expected: 0, pausedSince: at });
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(canonicalJson([...this.watches].sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  restore(snapshot: Uint8Array): void {
    this.watches.clear();
    for (const [detector, stored] of JSON.parse(new TextDecoder().decode(snapshot)) as [string, Stored][]) {
      const { pausedUntil = null, ...watch } = stored;
      this.watches.set(detector, { ...watch, pausedSince: watch.pausedSince ?? (pausedUntil === null ? null : watch.from) });
    }
  }

  private isFlood({ scored, flagged, expected }: Watch): boolean {
    const { fewest, factor, chance } = this.options;
    if (flagged < fewest || flagged < factor * expected) return false;
    return binomialUpperTail(flagged, scored, expected / scored) < chance;
  }

  private pause(detector: string, watch: Watch, at: Micros): FloodEvent {
    const expected = Number(watch.expected.toPrecision(2));
    const [hours, lasting] = [hoursOf(this.options.window), hoursOf(this.options.lasting)];
    const text = `The detector ${detector} flagged ${watch.flagged} of ${watch.scored} units where about ${expected} were expected, so it raises no alerts for now. It goes on when it has kept its promise for ${hours}; if the change lasts for ${lasting}, it learns it.`;
    const event = { kind: 'detector-paused', detector, at, flagged: watch.flagged, expected: watch.expected, text } as const;
    Object.assign(watch, { from: at, scored: 0, flagged: 0, expected: 0, pausedSince: at });
    return event;
  }

  private resume(detector: string, watch: Watch, at: Micros): FloodEvent {
    const { flagged, expected, scored } = watch;
    watch.pausedSince = null;
    const text = `The detector ${detector} raises alerts again: in the last ${hoursOf(at - watch.from)} it would have flagged ${flagged} of ${scored} units.`;
    return { kind: 'detector-resumed', detector, at, flagged, expected, text };
  }
}

function isCalm({ scored, flagged, expected }: Watch): boolean {
  return scored >= CALM.scored && (flagged <= CALM.units || flagged <= CALM.factor * expected);
}

function hoursOf(micros: Micros): string {
  const hours = Number((micros / 3_600_000_000).toPrecision(2));
  return hours === 1 ? 'an hour' : `${hours} hours`;
}
