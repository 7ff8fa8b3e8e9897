import { deserialize, serialize } from 'node:v8';
import type { EventBatch, GroupBatch, Micros } from '../../core/index.ts';
import { EventTime, type WatermarkState } from '../watermark.ts';
import type { PairConfig } from './config.ts';
import { FLOW_COLUMNS, flowReader } from './flow-columns.ts';

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
    const values = new Float64Array(FLOW_COLUMNS.length);
    /** Open pairs of the batch: by window, by the number of their addresses. */
    const met = new Map<number, Map<number, Pair>>();
    for (let row = 0; row < batch.rows; row++) {
      const end = read.end(row);
      const addresses = read.pair(row);
      if (Number.isNaN(end) || addresses < 0) continue;
      this.time.take(end);
      this.close(this.time.latest - this.config.lateness);
      const index = Math.floor(end / this.config.window);
      if (index < this.closedBefore) {
        this.late++;
        continue;
      }
      let known = met.get(index);
      if (known === undefined) {
        known = new Map();
        met.set(index, known);
      }
      let pair = known.get(addresses);
      if (pair === undefined) {
        pair = this.pairOf(index, read.source(row), read.destination(row));
        if (pair === undefined) continue;
        known.set(addresses, pair);
      }
      pair.size++;
      read.read(row, values);
      const lot = lotOf(end, values);
      if (!hasRoom(pair, lot, this.config.flows)) continue;
      pair.members.push({
        lot,
        values: Array.from(values),
        input,
        line: line[row] as number,
        offset: offset[row] as number,
        length: length[row] as number,
        time: end,
      });
    }
  }

  private pairOf(index: number, source: string, destination: string): Pair | undefined {
    let window = this.open.get(index);
    if (window === undefined) {
      window = new Map();
      this.open.set(index, window);
    }
    const key = keyOf(source, destination);
    let pair = window.get(key);
    if (pair !== undefined) return pair;
    if (this.pairs >= this.config.maxPairs) {
      this.notLookedAt++;
      return undefined;
    }
    pair = { source, destination, size: 0, members: [] };
    window.set(key, pair);
    this.pairs++;
    return pair;
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
      this.open.set(index, new Map([...window.values()].map((pair) => [keyOf(pair.source, pair.destination), pair])));
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

const keyOf = (source: string, destination: string): string => `${source} ${destination}`;

/** Whether a flow of this lot is among the `most` lowest; the one that it takes the place of goes. */
function hasRoom({ members }: Pair, lot: number, most: number): boolean {
  if (members.length < most) return true;
  let worst = 0;
  for (let i = 1; i < members.length; i++) if ((members[i] as Member).lot > (members[worst] as Member).lot) worst = i;
  if (lot > (members[worst] as Member).lot) return false;
  members.splice(worst, 1);
  return true;
}

/** 32 mixed bits of a flow. */
function lotOf(end: number, values: Float64Array): number {
  let hash = mixed(0x811c9dc5, end);
  for (let i = 0; i < values.length; i++) hash = mixed(hash, values[i] as number);
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function mixed(hash: number, value: number): number {
  const whole = Number.isFinite(value) ? Math.round(value) : -1;
  const low = Math.imul(hash ^ (whole >>> 0), 0x85ebca6b);
  const high = low ^ (low >>> 13);
  const next = Math.imul(high ^ (Math.floor(whole / 2 ** 32) >>> 0), 0x85ebca6b);
  return next ^ (next >>> 13);
}
