import type { Micros } from '../../core/index.ts';

/** Alerts are committed once so much time has passed since the last commit; everything else waits for `epochs.every`. */
const ALERTS_AFTER: Micros = 200_000;
/** Commits take at most this share of the time, and this one as long as alerts wait. */
const SHARE = 0.1;
const ALERTS_SHARE = 0.5;

/** When the next epoch is committed: soon when somebody is to be told, at leisure otherwise, and never most of the time. */
export class CommitPace {
  /** What the last one took, in milliseconds. */
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

  committed(now: Micros, millis: number): void {
    this.millis = millis;
    this.next = now + Math.max(this.every, restAfter(millis, SHARE));
    this.nextAlerts = now + Math.max(ALERTS_AFTER, restAfter(millis, ALERTS_SHARE));
  }
}

function restAfter(millis: number, share: number): Micros {
  return millis * 1000 * (1 / share - 1);
}
