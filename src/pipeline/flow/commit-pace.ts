import type { Micros } from '../../core/index.ts';

/** Alerts are committed once so much time has passed since the last commit; everything else waits for `epochs.every`. */
const ALERTS_AFTER: Micros = 200_000;
/** Processing stands still for commits at most this share of the time, and they are written at most that share of it. */
const STANDING = 0.1;
const WRITING = 0.5;
/** The longest rest for the sake of processing: nobody waits longer to see what was stored. */
const LONGEST: Micros = 10_000_000;

/** When the next epoch is committed: soon when somebody is to be told, at leisure otherwise, and never most of the time. */
export class CommitPace {
  /** How long the last one was written, in milliseconds. */
  millis = 0;
  private readonly every: Micros;
  private next: Micros;
  private nextAlerts: Micros;

  constructor(every: Micros, now: Micros) {
    this.every = every;
    this.next = now + every;
    this.nextAlerts = now;
  }

  isDue(now: Micros): boolean {
    return now >= this.next;
  }

  alertsAreDue(now: Micros): boolean {
    return now >= this.nextAlerts;
  }

  /** `stoodMillis`: how long processing stood still for the commit that was just written; `writtenMillis`: how long that took. */
  committed(now: Micros, stoodMillis: number, writtenMillis: number): void {
    this.millis = writtenMillis;
    const written = restAfter(writtenMillis, WRITING);
    this.next = now + Math.max(this.every, written, Math.min(LONGEST, restAfter(stoodMillis, STANDING)));
    this.nextAlerts = now + Math.max(ALERTS_AFTER, written);
  }
}

function restAfter(millis: number, share: number): Micros {
  return millis * 1000 * (1 / share - 1);
}
