import { deserialize, serialize } from 'node:v8';
import type { EventBatch, GroupBatch, Micros } from '../../core/index.ts';
import { EventTime, type WatermarkState } from '../watermark.ts';
import type { PairConfig } from './config.ts';
import { FLOW_COLUMNS, type FlowReader, flowReader } from './flow-columns.ts';

/** One flow of a window as it is kept. */
interface Member {
  /** Of its own columns: the lowest are drawn, so that neither order nor batches decide. */
  readonly lot: number;
  readonly values: readonly number[];
  readonly input: string;
  readonly line: number;
  readonly offset: number;
  readonly length: number;
  readonly time: Micros;
}

interface Pair {
  readonly source: string;
  readonly destination: string;
  size: number;
  readonly members: Member[];
}

interface State {
  readonly time: WatermarkState;
  readonly open: ReadonlyMap<number, ReadonlyMap<string, Pair>>;
  readonly closedBefore: number;
  readonly late: number;
  readonly notLookedAt: number;
  readonly closed: readonly Closed[];
}

interface Closed extends Pair {
  readonly start: Micros;
}

/**
 * Flows -> tumbling windows of a source and a destination, by the time at which flows end. A window closes `lateness` after its
 * end in the time that flows bring, row by row, so that batches do not matter; `advance` closes what silence left open.
 */
export class PairWindows {
  private readonly config: PairConfig;
  private readonly time = new EventTime();
  /** Windows by number, pairs in order of appearance. */
  private readonly open = new Map<number, Map<string, Pair>>();
  private pairs = 0;
  private closedBefore = Number.NEGATIVE_INFINITY;
  private late = 0;
  private notLookedAt = 0;
  private closed: Closed[] = [];
  changed = false;

  constructor(config: PairConfig) {
    this.config = config;
  }

  add(batch: EventBatch): void {
    if (batch.kind !== 'flow' || batch.rows === 0) return;
    this.changed = true;
    const { input, line, offset, length } = batch.origin;
    const read = flowReader(batch);
    for (let row = 0; row < batch.rows; row++) {
      const end = read.end(row);
      const key = read.pair(row);
      if (Number.isNaN(end) || key === '') continue;
      this.time.take(end);
      this.close(this.time.latest - this.config.lateness);
      const index = Math.floor(end / this.config.window);
      if (index < this.closedBefore) {
        this.late++;
        continue;
      }
      const pair = this.pairOf(index, key, read, row);
      if (pair === undefined) continue;
      const values = read.values(row);
      this.draw(pair, {
        lot: lotOf(end, values),
        values,
        input,
        line: line[row] as number,
        offset: offset[row] as number,
        length: length[row] as number,
        time: end,
      });
    }
  }

  private pairOf(index: number, key: string, read: FlowReader, row: number): Pair | undefined {
    let window = this.open.get(index);
    if (window === undefined) {
      window = new Map();
      this.open.set(index, window);
    }
    let pair = window.get(key);
    if (pair !== undefined) return pair;
    if (this.pairs >= this.config.maxPairs) {
      this.notLookedAt++;
      return undefined;
    }
    pair = { source: read.source(row), destination: read.destination(row), size: 0, members: [] };
    window.set(key, pair);
    this.pairs++;
    return pair;
  }

  private draw(pair: Pair, member: Member): void {
    pair.size++;
    pair.members.push(member);
    if (pair.members.length <= this.config.flows) return;
    let worst = 0;
    for (const [i, { lot }] of pair.members.entries()) if (lot > (pair.members[worst] as Member).lot) worst = i;
    pair.members.splice(worst, 1);
  }

  /** Event time has reached `watermark`. */
  advance(watermark: Micros): void {
    this.close(watermark - this.config.lateness);
  }

  finish(): void {
    this.close(Number.POSITIVE_INFINITY);
  }

  private close(to: Micros): void {
    const before = Math.floor(to / this.config.window);
    if (!(before > this.closedBefore)) return;
    const due = [...this.open.keys()].filter((index) => index < before).sort((a, b) => a - b);
    for (const index of due) {
      const window = this.open.get(index) as Map<string, Pair>;
      for (const pair of window.values()) this.closed.push({ ...pair, start: index * this.config.window });
      this.pairs -= window.size;
      this.open.delete(index);
      this.changed = true;
    }
    if (Number.isFinite(before)) this.closedBefore = before;
  }

  /** Windows closed since the last call. */
  take(): GroupBatch | undefined {
    if (this.closed.length === 0) return undefined;
    const { closed } = this;
    this.closed = [];
    return batchOf(closed, this.config.window);
  }

  counters(): Readonly<Record<string, number>> {
    return { late_for_pairs: this.late, pairs_not_judged: this.notLookedAt };
  }

  snapshot(): Uint8Array {
    this.changed = false;
    const { open, closedBefore, late, notLookedAt, closed } = this;
    const state: State = { time: this.time.state(), open, closedBefore, late, notLookedAt, closed };
    return new Uint8Array(serialize(state));
  }

  restore(bytes: Uint8Array): void {
    const state = deserialize(bytes) as State;
    this.time.restore(state.time);
    this.open.clear();
    this.pairs = 0;
    for (const [index, window] of state.open) {
      this.open.set(index, new Map(window));
      this.pairs += window.size;
    }
    this.closedBefore = state.closedBefore;
    this.late = state.late;
    this.notLookedAt = state.notLookedAt;
    this.closed = [...state.closed];
  }
}

function batchOf(pairs: readonly Closed[], window: Micros): GroupBatch {
  const members = pairs.flatMap((pair) => pair.members);
  const offsets = new Int32Array(pairs.length + 1);
  for (const [row, pair] of pairs.entries()) offsets[row + 1] = (offsets[row] as number) + pair.members.length;
  const inputs = [...new Set(members.map(({ input }) => input))];
  const code = new Map(inputs.map((input, i) => [input, i]));
  return {
    shape: 'groups',
    rows: pairs.length,
    columns: FLOW_COLUMNS,
    offsets,
    values: Float32Array.from(members.flatMap(({ values }) => values)),
    sizes: Float64Array.from(pairs, ({ size }) => size),
    keys: pairs.map(({ source, destination }) => `${source} > ${destination}`),
    entities: pairs.map(({ source }) => source),
    related: pairs.map(({ destination }) => destination),
    start: Float64Array.from(pairs, ({ start }) => start),
    end: Float64Array.from(pairs, ({ start }) => start + window),
    inputs,
    memberInput: Int32Array.from(members, ({ input }) => code.get(input) as number),
    memberLine: Float64Array.from(members, ({ line }) => line),
    memberOffset: Float64Array.from(members, ({ offset }) => offset),
    memberLength: Int32Array.from(members, ({ length }) => length),
    memberTime: Float64Array.from(members, ({ time }) => time),
  };
}

/** 32 mixed bits of a flow. */
function lotOf(end: number, values: readonly number[]): number {
  let hash = 0x811c9dc5;
  for (const value of [end, ...values]) {
    const whole = Number.isFinite(value) ? Math.round(value) : -1;
    for (const part of [whole >>> 0, Math.floor(whole / 2 ** 32) >>> 0]) {
      hash = Math.imul(hash ^ part, 0x85ebca6b);
      hash ^= hash >>> 13;
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) >>> 0;
}
