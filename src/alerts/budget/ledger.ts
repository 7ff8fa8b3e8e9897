import { canonicalJson, type Verdict } from '../../core/index.ts';
import { binomialInterval } from '../binomial.ts';

/** Promised against observed for one detector. */
export interface Kept {
  readonly detector: string;
  readonly scored: number;
  readonly flagged: number;
  /** Flagged units that nobody called a true positive: an upper estimate of the false alarms. */
  readonly notTrue: number;
  /** Mean promised rate per scored unit. */
  readonly promised: number;
  readonly observed: number;
  /** 95 % Clopper-Pearson interval of `observed`. */
  readonly interval: readonly [number, number];
  /** False when the whole interval lies above the promise: more was flagged than chance explains. */
  readonly holds: boolean;
}

interface Entry {
  scored: number;
  flagged: number;
  truePositives: number;
  expected: number;
}

/** Counts what was promised and what happened, per detector. */
export class PromiseLedger {
  private readonly entries = new Map<string, Entry>();

  add(detector: string, scored: number, flagged: number, rate: number): void {
    const entry = this.entryOf(detector);
    entry.scored += scored;
    entry.flagged += flagged;
    entry.expected += rate * scored;
  }

  /** A label changed: `units` flagged ones became, or with a negative number stopped being, true positives. */
  addTruePositives(detector: string, units: number): void {
    this.entryOf(detector).truePositives += units;
  }

  /** Follows a change of the verdict in force on an alert of `units` units. */
  relabel(detector: string, units: number, before: Verdict | undefined, after: Verdict | undefined): void {
    const change = Number(after === 'true-positive') - Number(before === 'true-positive');
    if (change !== 0) this.addTruePositives(detector, change * units);
  }

  kept(detector: string): Kept | undefined {
    const entry = this.entries.get(detector);
    if (entry === undefined || entry.scored === 0) return undefined;
    const notTrue = Math.max(0, entry.flagged - entry.truePositives);
    const scored = Math.max(1, entry.scored - entry.truePositives);
    const interval = binomialInterval(Math.min(notTrue, scored), scored);
    const promised = entry.expected / entry.scored;
    return {
      detector,
      scored: entry.scored,
      flagged: entry.flagged,
      notTrue,
      promised,
      observed: notTrue / scored,
      interval,
      holds: interval[0] <= promised,
    };
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(canonicalJson([...this.entries].sort(([a], [b]) => (a < b ? -1 : 1))));
  }

  restore(snapshot: Uint8Array): void {
    this.entries.clear();
    for (const [detector, entry] of JSON.parse(new TextDecoder().decode(snapshot)) as [string, Entry][]) this.entries.set(detector, entry);
  }

  private entryOf(detector: string): Entry {
    let entry = this.entries.get(detector);
    if (entry === undefined) {
      entry = { scored: 0, flagged: 0, truePositives: 0, expected: 0 };
      this.entries.set(detector, entry);
    }
    return entry;
  }
}
