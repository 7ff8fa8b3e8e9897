import { expect, it } from 'vitest';
import { type Position, positionAfter, type RecordBatch, recordCount, recordEnds, type Source, type SourceState } from '../core/index.ts';

export const FROM_START: SourceState = { positions: [] };

/** Batches until the source ends, `enough` says so, or the time is up. */
export async function collect(
  source: Source,
  enough: (batches: readonly RecordBatch[]) => boolean = () => false,
  resume: SourceState = FROM_START,
  timeoutMs = 20_000,
): Promise<RecordBatch[]> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  const batches: RecordBatch[] = [];
  try {
    for await (const batch of source.read(resume, controller.signal)) {
      batches.push(batch);
      if (enough(batches)) break;
    }
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
  return batches;
}

/** Records as text, without the line break and the padding around them. */
export function recordTexts(batches: readonly RecordBatch[]): string[] {
  return batches.flatMap((batch) => {
    let start = 0;
    return Array.from(recordEnds(batch), (end) => {
      const text = Buffer.from(batch.bytes.subarray(start, end)).toString();
      start = end;
      return text.trim();
    });
  });
}

export function records(count: number): (batches: readonly RecordBatch[]) => boolean {
  return (batches) => batches.reduce((sum, batch) => sum + recordCount(batch), 0) >= count;
}

/** The positions a pipeline would have committed after these batches: the last of every input. */
export function committed(batches: readonly RecordBatch[]): SourceState {
  const positions = new Map<string, Position>();
  for (const batch of batches) positions.set(batch.input, positionAfter(batch));
  return { positions: [...positions.values()] };
}

export interface SourceContract {
  /** A source over the same prepared input every time it is called. */
  create(): Source | Promise<Source>;
  /** Sends the input to a source that waits for it; called once `read` has begun. */
  feed?(source: Source): Promise<void>;
  /** All records in the order they come, as `recordTexts` gives them. */
  readonly expected: readonly string[];
  /** The source ends on its own; otherwise it is aborted. */
  readonly finite: boolean;
}

/** What every source promises; call inside `describe`. */
export function sourceContract(contract: SourceContract): void {
  const { expected } = contract;

  async function run(resume: SourceState, wanted: number): Promise<{ source: Source; batches: RecordBatch[] }> {
    const source = await contract.create();
    const all = collect(source, contract.finite ? undefined : records(wanted), resume);
    await contract.feed?.(source);
    const batches = await all;
    await source.close();
    return { source, batches };
  }

  it('contract: yields every record once, in buffers of their own', async () => {
    const { source, batches } = await run(FROM_START, expected.length);
    expect(recordTexts(batches)).toEqual(expected);
    const buffers = new Set(batches.filter((batch) => batch.bytes.length > 0).map((batch) => batch.bytes.buffer));
    expect(buffers.size).toBe(batches.filter((batch) => batch.bytes.length > 0).length);
    for (const value of Object.values(source.counters())) expect(value).toBeGreaterThanOrEqual(0);
  });

  it('contract: offsets and lines never go back within a generation', async () => {
    const { batches } = await run(FROM_START, expected.length);
    const ends = new Map<string, Position>();
    for (const batch of batches) {
      const key = `${batch.input} ${batch.generation}`;
      const before = ends.get(key);
      if (before !== undefined) {
        expect(batch.offset).toBeGreaterThanOrEqual(before.offset);
        expect(batch.line).toBe(before.line);
      }
      expect(batch.arrival).toBeGreaterThan(0);
      ends.set(key, positionAfter(batch));
    }
  });

  it('contract: resumes after any committed batch with nothing lost and nothing doubled', async () => {
    const { source, batches } = await run(FROM_START, expected.length);
    if (!source.replayable) return expect(contract.feed).toBeDefined();
    for (let cut = 0; cut <= batches.length; cut += Math.max(1, Math.floor(batches.length / 8))) {
      const first = batches.slice(0, cut);
      const done = recordTexts(first);
      if (!contract.finite && done.length === expected.length) continue;
      const rest = await run(committed(first), expected.length - done.length);
      expect([...done, ...recordTexts(rest.batches)]).toEqual(expected);
    }
  });

  it('contract: an abort ends reading promptly', async () => {
    const source = await contract.create();
    const controller = new AbortController();
    const reading = (async () => {
      for await (const batch of source.read(FROM_START, controller.signal)) if (batch.arrival < 0) return;
    })();
    setTimeout(() => controller.abort(), 20);
    const start = performance.now();
    await reading;
    expect(performance.now() - start).toBeLessThan(2000);
    await source.close();
  });
}
