import type { Micros, RecordBatch } from '../core/index.ts';

/** The last event of a batch, as records, until it is known whether further lines join it. */
export interface Held {
  readonly source: string;
  readonly batch: RecordBatch;
}

/** Held events by input; bounded by the bound on a joined event times the number of inputs open. */
export class HeldEvents {
  private readonly byInput = new Map<string, Held>();

  get size(): number {
    return this.byInput.size;
  }

  put(held: Held): void {
    this.byInput.set(inputKey(held.batch.input, held.batch.generation), held);
  }

  take(input: string, generation: string): Held | undefined {
    if (this.byInput.size === 0) return undefined;
    const key = inputKey(input, generation);
    const held = this.byInput.get(key);
    if (held !== undefined) this.byInput.delete(key);
    return held;
  }

  /** Those whose last record arrived at this time or before. */
  takeUntil(arrival: Micros): Held[] {
    const taken: Held[] = [];
    for (const [key, held] of [...this.byInput]) {
      if (held.batch.arrival > arrival) continue;
      this.byInput.delete(key);
      taken.push(held);
    }
    return taken;
  }

  list(): readonly Held[] {
    return [...this.byInput.values()];
  }

  replace(held: readonly Held[]): void {
    this.byInput.clear();
    for (const one of held) this.put(one);
  }
}

/** The batch with the held records before it. */
export function withHeld(held: Held, batch: RecordBatch): RecordBatch {
  const head = held.batch.bytes;
  const bytes = new Uint8Array(head.length + batch.bytes.length);
  bytes.set(head);
  bytes.set(batch.bytes, head.length);
  const { ends: _ends, originEnds: _origins, ...rest } = batch;
  const joined = { ...rest, bytes, offset: held.batch.offset, line: held.batch.line };
  if (held.batch.ends === undefined && batch.ends === undefined && head[head.length - 1] === 10) return joined;
  const headEnds = held.batch.ends ?? lineEnds(head);
  const tailEnds = batch.ends ?? lineEnds(batch.bytes);
  const ends = inARow(headEnds, tailEnds, head.length);
  if (held.batch.originEnds === undefined && batch.originEnds === undefined) return { ...joined, ends };
  const headOrigins = held.batch.originEnds ?? headEnds;
  return { ...joined, ends, originEnds: inARow(headOrigins, batch.originEnds ?? tailEnds, batch.offset - held.batch.offset) };
}

function inARow(head: Uint32Array, tail: Uint32Array, tailFrom: number): Uint32Array {
  const ends = new Uint32Array(head.length + tail.length);
  ends.set(head);
  for (let i = 0; i < tail.length; i++) ends[head.length + i] = (tail[i] as number) + tailFrom;
  return ends;
}

function lineEnds(bytes: Uint8Array): Uint32Array {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) ends.push(at + 1);
  if (bytes.length > 0 && bytes[bytes.length - 1] !== 10) ends.push(bytes.length);
  return Uint32Array.from(ends);
}

/** Tells inputs apart, and those of one name that followed each other. */
export function inputKey(input: string, generation: string): string {
  return JSON.stringify([input, generation]);
}
