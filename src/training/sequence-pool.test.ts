import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SequenceBatch, sequenceAt } from '../core/index.ts';
import { sequenceBatch, slice } from '../testing/batches.ts';
import { SequencePool } from './sequence-pool.ts';

const SEQUENCES = 300;
const whole = sequenceBatch(
  Array.from({ length: SEQUENCES }, (_, row) => Array.from({ length: 1 + (row % 5) }, (_, i) => `e${row % (i + 2)}`)),
);
/** Each sequence with its events, in the order of the rows. */
const told = (batch: SequenceBatch | undefined): string[] =>
  Array.from({ length: batch?.rows ?? 0 }, (_, row) => {
    const { keys, vocabulary } = batch as SequenceBatch;
    return `${keys[row]}: ${[...sequenceAt(batch as SequenceBatch, row)].map((code) => vocabulary[code]).join(' ')}`;
  });

async function pooled(memory: number, cuts: readonly number[], keepsRest = true) {
  const pool = new SequencePool(memory, keepsRest);
  const edges = [0, ...[...new Set(cuts)].sort((a, b) => a - b), SEQUENCES];
  for (let i = 1; i < edges.length; i++) await pool.add(slice(whole, edges[i - 1] as number, edges[i] as number));
  const sample = pool.sample();
  const rest = pool.rest();
  const others: string[] = [];
  if (rest !== undefined) for await (const batch of rest.read()) others.push(...told(batch));
  await rest?.close();
  return { rows: pool.rows, sample: told(sample), events: sample?.codes.length ?? 0, others, rest: rest?.rows };
}

describe('sequences in bounded memory', () => {
  it('are all there while they fit', async () => {
    expect(await pooled(10 << 20, [100])).toMatchObject({ sample: told(whole), others: [], rest: undefined });
  });

  it('are an even sample and the rest, each in its order, however they came', async () => {
    const most = 50;
    const once = await pooled(most * 2048, []);
    expect(once.sample.length).toBeGreaterThan(most / 4);
    expect(once.sample.length).toBeLessThanOrEqual(most);
    expect(once.rest).toBe(SEQUENCES - once.sample.length);
    const inSample = new Set(once.sample);
    expect(once.sample).toEqual(told(whole).filter((one) => inSample.has(one)));
    expect(once.others).toEqual(told(whole).filter((one) => !inSample.has(one)));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: SEQUENCES - 1 }), { maxLength: 6 }), async (cuts) => {
        expect(await pooled(most * 2048, cuts)).toEqual(once);
      }),
      { numRuns: 20 },
    );
  });

  it('have a bound on their events too, and may be left out', async () => {
    const few = await pooled(100 * 256, [], false);
    expect(few.events).toBeLessThanOrEqual(100);
    expect(few).toMatchObject({ rows: SEQUENCES, others: [], rest: undefined });
  });

  it('never leave nothing to learn from, however small the memory', async () => {
    for (let rows = 1; rows <= 60; rows++) {
      const pool = new SequencePool(1, true);
      await pool.add(slice(whole, 0, rows));
      const sample = told(pool.sample());
      const rest = pool.rest();
      const others: string[] = [];
      if (rest !== undefined) for await (const batch of rest.read()) others.push(...told(batch));
      await rest?.close();
      expect(sample).not.toEqual([]);
      expect([...sample, ...others].sort()).toEqual(told(slice(whole, 0, rows)).sort());
    }
  });

  it('are drawn from all alike', async () => {
    const pool = new SequencePool(4000 * 2048, false);
    const many = sequenceBatch(Array.from({ length: 16_000 }, () => ['a']));
    await pool.add(many);
    const drawn = pool.sample() as SequenceBatch;
    // A quarter or an eighth of them, as many of each half.
    const early = drawn.keys.filter((key) => Number(key.slice(1)) < 8000).length;
    expect(Math.abs(early - drawn.rows / 2)).toBeLessThan(4 * Math.sqrt(drawn.rows / 4));
  });
});
