import type { Micros } from '../../core/index.ts';

export interface ChunkOrderOptions {
  /** How long a missing chunk is waited for. */
  readonly gapTimeout: Micros;
  /** Bytes that chunks of one sensor may hold while they wait; beyond, the gap is given up. */
  readonly maxBytes: number;
  readonly maxSensors: number;
}

export interface ChunkCounters {
  chunks: number;
  /** Came again after they were taken. */
  duplicate_chunks: number;
  /** Came after their place was given up. */
  late_chunks: number;
  /** Never came in time. */
  missing_chunks: number;
  waiting_bytes: number;
}

/** What becomes of a chunk that was offered. */
export type ChunkFate = 'taken' | 'duplicate' | 'late' | 'refused';

interface Waiting<T> {
  readonly item: T;
  readonly bytes: number;
}

interface Sensor<T> {
  /** The sequence that comes next; undefined until the first one is settled. */
  next: number | undefined;
  readonly waiting: Map<number, Waiting<T>>;
  bytes: number;
  /** Since when chunks wait for one that is missing. */
  since: Micros;
  /** Sequences that were given up, to tell late chunks from repeated ones. */
  readonly lost: Set<number>;
}

/** A chunk in its place; `broken` where chunks before it are missing. */
export interface OrderedChunk<T> {
  readonly sensor: string;
  readonly sequence: number;
  readonly item: T;
  readonly broken: boolean;
}

const MOST_LOST = 1024;

/**
 * Numbered chunks of many sensors, in order for each. A gap is waited for, for a time and up to a number of bytes, then given
 * up and counted. A sensor that begins anew with 0 begins a new stream.
 */
export class ChunkOrder<T> {
  readonly counters: ChunkCounters = { chunks: 0, duplicate_chunks: 0, late_chunks: 0, missing_chunks: 0, waiting_bytes: 0 };
  readonly #options: ChunkOrderOptions;
  readonly #sensors = new Map<string, Sensor<T>>();
  #ready: OrderedChunk<T>[] = [];

  constructor(options: ChunkOrderOptions) {
    this.#options = options;
  }

  /** The sequence after the last one taken, where a stream goes on. */
  resume(sensor: string, next: number): void {
    this.#sensor(sensor, 0).next = next;
  }

  offer(sensor: string, sequence: number, item: T, bytes: number, now: Micros): ChunkFate {
    if (!this.#sensors.has(sensor) && this.#sensors.size >= this.#options.maxSensors && !this.#forgetIdle()) return 'refused';
    const one = this.#sensor(sensor, now);
    if (sequence === 0 && one.next !== undefined && one.next > 1) this.#restart(sensor, one);
    if (one.waiting.has(sequence) || (one.next !== undefined && sequence < one.next)) {
      const isLate = one.lost.delete(sequence);
      this.counters[isLate ? 'late_chunks' : 'duplicate_chunks']++;
      return isLate ? 'late' : 'duplicate';
    }
    if (sequence === 0) one.next = 0;
    if (one.waiting.size === 0) one.since = now;
    one.waiting.set(sequence, { item, bytes });
    one.bytes += bytes;
    this.counters.chunks++;
    this.counters.waiting_bytes += bytes;
    this.#release(sensor, one, false);
    while (one.bytes > this.#options.maxBytes) this.#giveUp(sensor, one, now);
    return 'taken';
  }

  /** Time passed: gaps that were waited for long enough are given up. */
  elapse(now: Micros): void {
    for (const [sensor, one] of this.#sensors) {
      if (one.waiting.size > 0 && now - one.since >= this.#options.gapTimeout) this.#giveUp(sensor, one, now);
    }
  }

  /** Chunks whose turn it is. */
  take(): readonly OrderedChunk<T>[] {
    const ready = this.#ready;
    if (ready.length > 0) this.#ready = [];
    return ready;
  }

  #restart(sensor: string, one: Sensor<T>): void {
    while (one.waiting.size > 0) this.#giveUp(sensor, one, one.since);
    one.next = undefined;
    one.lost.clear();
  }

  /** Goes on with the least chunk that is there. */
  #giveUp(sensor: string, one: Sensor<T>, now: Micros): void {
    const least = Math.min(...one.waiting.keys());
    if (one.next !== undefined) {
      this.counters.missing_chunks += least - one.next;
      for (let lost = Math.max(one.next, least - MOST_LOST); lost < least; lost++) one.lost.add(lost);
      for (const lost of one.lost) {
        if (one.lost.size <= MOST_LOST) break;
        one.lost.delete(lost);
      }
    }
    const broken = one.next !== undefined;
    one.next = least;
    one.since = now;
    this.#release(sensor, one, broken);
  }

  #release(sensor: string, one: Sensor<T>, broken: boolean): void {
    let isBroken = broken;
    for (;;) {
      const chunk = one.next === undefined ? undefined : one.waiting.get(one.next);
      if (chunk === undefined) return;
      const sequence = one.next as number;
      one.waiting.delete(sequence);
      one.bytes -= chunk.bytes;
      this.counters.waiting_bytes -= chunk.bytes;
      one.next = sequence + 1;
      this.#ready.push({ sensor, sequence, item: chunk.item, broken: isBroken });
      isBroken = false;
    }
  }

  #sensor(name: string, now: Micros): Sensor<T> {
    let one = this.#sensors.get(name);
    if (one === undefined) {
      one = { next: undefined, waiting: new Map(), bytes: 0, since: now, lost: new Set() };
      this.#sensors.set(name, one);
    }
    return one;
  }

  #forgetIdle(): boolean {
    for (const [name, one] of this.#sensors) if (one.waiting.size === 0) return this.#sensors.delete(name);
    return false;
  }
}
