import { fnv1a, type Micros, type Reading } from '../../core/index.ts';
import type { StatsdMetric } from './metric-line.ts';
import { Names } from './names.ts';

/** Metrics of the flush: what a quiet client and a dead one leave is told from it, and the source itself is never silent. */
const RECEIVED = 'statsd.metrics_received';
/** Members of one set that are told apart in a flush. */
const MAX_MEMBERS = 10_000;

/** What came between two flushes, at most `most` series of each kind; what found no place is counted. */
export class StatsdFlush {
  private received: number | undefined;
  private readonly counts: Names<{ sum: number }>;
  private readonly gauges: Names<{ value: number }>;
  private readonly timings: Names<{ sum: number; count: number }>;
  private readonly sets: Names<Set<number>>;

  constructor(most: number) {
    this.counts = new Names(most, () => ({ sum: 0 }));
    this.gauges = new Names(most, () => ({ value: 0 }));
    this.timings = new Names(most, () => ({ sum: 0, count: 0 }));
    this.sets = new Names(most, () => new Set());
  }

  get refused(): number {
    return this.counts.refused + this.gauges.refused + this.timings.refused + this.sets.refused;
  }

  add({ series, kind, value, member }: StatsdMetric): void {
    this.received = (this.received ?? 0) + 1;
    switch (kind) {
      case 'count': {
        const counted = this.counts.of(series);
        if (counted !== undefined) counted.sum += value;
        return;
      }
      case 'timing': {
        const timed = this.timings.of(series);
        if (timed === undefined) return;
        timed.sum += value;
        timed.count++;
        return;
      }
      case 'member': {
        const set = this.sets.of(series);
        const bytes = new TextEncoder().encode(member);
        if (set !== undefined && set.size < MAX_MEMBERS) set.add(fnv1a(bytes, 0, bytes.length));
        return;
      }
      default: {
        const gauge = this.gauges.of(series);
        if (gauge === undefined) return;
        const changed = kind === 'change' ? gauge.value + value : value;
        gauge.value = Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, changed));
      }
    }
  }

  /**
   * Readings of the flush: counts (none sent is zero) and gauges (held) of names that come again and again, what came of others, means of timings and sizes
   * of sets where there were any, and how many metrics came. Of a name that came n times, 60 (n - 1) quiet flushes are told.
   */
  take(time: Micros, entity: string): Reading[] {
    const readings: Reading[] = [];
    for (const [series, counted] of this.counts.flush()) {
      readings.push({ time, entity, series, value: counted.sum, type: 'delta' });
      counted.sum = 0;
    }
    for (const [series, gauge] of this.gauges.flush()) readings.push({ time, entity, series, value: gauge.value });
    for (const [series, timed, fresh] of this.timings.flush()) {
      if (!fresh) continue;
      const { sum, count } = timed;
      readings.push({ time, entity, series, value: sum / count }, { time, entity, series: `${series}.count`, value: count, type: 'delta' });
      timed.sum = 0;
      timed.count = 0;
    }
    for (const [series, members, fresh] of this.sets.flush()) {
      if (fresh) readings.push({ time, entity, series, value: members.size });
      members.clear();
    }
    if (this.received !== undefined) {
      readings.push({ time, entity, series: RECEIVED, value: this.received, type: 'delta' });
      this.received = 0;
    }
    return readings.filter(({ value }) => Number.isFinite(value));
  }
}
