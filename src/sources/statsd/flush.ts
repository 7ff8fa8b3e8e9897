import { fnv1a, type Micros, type Reading } from '../../core/index.ts';
import type { StatsdMetric } from './metric-line.ts';

interface Counted {
  sum: number;
  /** Flushes without news. */
  idle: number;
}

/** A count or gauge that was not sent for so many flushes is forgotten: names that come once do not keep others out for ever. */
const MAX_IDLE = 3_600;
/** Metrics of the flush: what a quiet client and a dead one leave is told from it, and the source itself is never silent. */
const RECEIVED = 'statsd.metrics_received';
/** Members of one set that are told apart in a flush. */
const MAX_MEMBERS = 10_000;

/** What came between two flushes, at most `most` series of each kind; what is beyond is counted. */
export class StatsdFlush {
  refused = 0;
  private received: number | undefined;
  private readonly counts = new Map<string, Counted>();
  private readonly gauges = new Map<string, { value: number; idle: number }>();
  private readonly timings = new Map<string, { sum: number; count: number }>();
  private readonly sets = new Map<string, Set<number>>();
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  add({ series, kind, value, member }: StatsdMetric): void {
    this.received = (this.received ?? 0) + 1;
    switch (kind) {
      case 'count': {
        const counted = this.slot(this.counts, series, () => ({ sum: 0, idle: 0 }));
        if (counted === undefined) return;
        counted.sum += value;
        counted.idle = 0;
        return;
      }
      case 'timing': {
        const timed = this.slot(this.timings, series, () => ({ sum: 0, count: 0 }));
        if (timed === undefined) return;
        timed.sum += value;
        timed.count++;
        return;
      }
      case 'member': {
        const set = this.slot(this.sets, series, () => new Set<number>());
        const bytes = new TextEncoder().encode(member);
        if (set !== undefined && set.size < MAX_MEMBERS) set.add(fnv1a(bytes, 0, bytes.length));
        return;
      }
      default: {
        const gauge = this.slot(this.gauges, series, () => ({ value: 0, idle: 0 }));
        if (gauge === undefined) return;
        const changed = kind === 'change' ? gauge.value + value : value;
        gauge.value = Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, changed));
        gauge.idle = 0;
      }
    }
  }

  /**
   * Readings of the flush: counts (none sent is zero), gauges (held until they are set again), means of timings and sizes of sets
   * where there were any, and how many metrics came.
   */
  take(time: Micros, entity: string): Reading[] {
    const readings: Reading[] = [];
    for (const [series, counted] of this.counts) {
      readings.push({ time, entity, series, value: counted.sum, type: 'delta' });
      counted.sum = 0;
      if (++counted.idle > MAX_IDLE) this.counts.delete(series);
    }
    for (const [series, gauge] of this.gauges) {
      readings.push({ time, entity, series, value: gauge.value });
      if (++gauge.idle > MAX_IDLE) this.gauges.delete(series);
    }
    for (const [series, { sum, count }] of this.timings) {
      readings.push({ time, entity, series, value: sum / count }, { time, entity, series: `${series}.count`, value: count, type: 'delta' });
    }
    for (const [series, members] of this.sets) readings.push({ time, entity, series, value: members.size });
    if (this.received !== undefined) {
      readings.push({ time, entity, series: RECEIVED, value: this.received, type: 'delta' });
      this.received = 0;
    }
    this.timings.clear();
    this.sets.clear();
    return readings.filter(({ value }) => Number.isFinite(value));
  }

  private slot<T>(slots: Map<string, T>, series: string, make: () => T): T | undefined {
    const known = slots.get(series);
    if (known !== undefined) return known;
    if (slots.size >= this.most) {
      this.refused++;
      return undefined;
    }
    const slot = make();
    slots.set(series, slot);
    return slot;
  }
}
