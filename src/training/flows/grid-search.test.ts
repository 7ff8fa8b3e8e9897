import { describe, expect, it } from 'vitest';
import { type RowBatch, seededRandom } from '../../core/index.ts';
import { searchClassifier } from './grid-search.ts';

const random = seededRandom(5);
const labels = Array.from({ length: 240 }, (_, row) => (row % 3 === 0 ? 'BENIGN' : row % 3 === 1 ? 'DoS' : 'Scan'));
const batch: RowBatch = {
  shape: 'rows',
  rows: labels.length,
  columns: ['a', 'b'],
  values: Float32Array.from(
    labels.flatMap((label) => [label === 'DoS' ? 3 + random() : random(), label === 'Scan' ? 3 + random() : random()]),
  ),
  keys: labels.map((_, row) => String(row)),
  entities: labels.map(() => 'h'),
  start: new Float64Array(labels.length),
  end: new Float64Array(labels.length),
  labels,
};

/** Checkpoints in memory that fail after so many writes, as a killed process would. */
class Kept {
  readonly files = new Map<string, Uint8Array>();
  readonly #dieAfter: number;
  reads = 0;

  constructor(dieAfter = Number.POSITIVE_INFINITY) {
    this.#dieAfter = dieAfter;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    const bytes = this.files.get(name);
    if (bytes !== undefined) this.reads++;
    return bytes;
  }
  async write(name: string, bytes: Uint8Array): Promise<void> {
    if (this.files.size >= this.#dieAfter) throw new Error('killed');
    this.files.set(name, bytes);
  }
}

const GRID = { rounds: [1, 15], leaves: [2, 8] };
const OPTIONS = { options: { minLeafRows: 5 }, seed: 1, folds: 2, parallel: 2 };

describe('grid search of a classifier', () => {
  it('goes on after a kill where it was, to the same figures', async () => {
    const whole = await searchClassifier(batch, GRID, OPTIONS);
    expect(whole).toHaveLength(4);
    expect(whole[0]?.options.rounds).toBe(15);
    expect(whole[0]?.macro_f1).toBeGreaterThan(0.95);
    expect(whole.map((one) => one.macro_f1)).toEqual(whole.map((one) => one.macro_f1).sort((a, b) => b - a));
    const first = new Kept(5);
    await expect(searchClassifier(batch, GRID, { ...OPTIONS, checkpoints: first })).rejects.toThrow('killed');
    const second = new Kept();
    for (const [name, bytes] of first.files) second.files.set(name, bytes);
    second.files.set([...first.files.keys()][0] as string, Uint8Array.of(1, 2));
    expect(await searchClassifier(batch, GRID, { ...OPTIONS, checkpoints: second })).toEqual(whole);
    expect(second.reads).toBe(5);
  }, 60_000);

  it('names an option that the classifier has not, and an empty grid', async () => {
    await expect(searchClassifier(batch, { depth: [3] }, OPTIONS)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(searchClassifier(batch, { leaves: [] }, OPTIONS)).rejects.toThrow('0 combinations');
  });
});
