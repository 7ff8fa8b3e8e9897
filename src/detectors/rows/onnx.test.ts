import { describe, expect, it } from 'vitest';
import { type RowBatch, seededRandom, silentLogger } from '../../core/index.ts';
import { DirectInference } from '../../ml/index.ts';
import { detectors } from '../index.ts';
import type { RowDetector } from './row-detector.ts';

const random = seededRandom(31);
const COLUMNS = ['bytes', 'packets', 'duration', 'port', 'always 7', 'seldom there'];

/** Rows of a few services, with absent values and columns that move together; odd ones as well. */
function rows(count: number, odd: boolean): RowBatch {
  const values: number[] = [];
  for (let row = 0; row < count; row++) {
    const size = Math.exp(random() * 6);
    const own = [
      size * 100,
      Math.ceil(size),
      size * (1 + random()),
      [22, 53, 443][row % 3] as number,
      7,
      row % 4 === 0 ? random() : Number.NaN,
    ];
    if (odd && row % 2 === 0) own[row % 5] = [-1e6, 0, 3e30, 1e-3, -4, 8][row % 6] as number;
    values.push(...own);
  }
  const of = <T>(make: (row: number) => T) => Array.from({ length: count }, (_, row) => make(row));
  return {
    shape: 'rows',
    rows: count,
    columns: COLUMNS,
    values: Float32Array.from(values),
    keys: of((row) => `r${row}`),
    entities: of(() => 'host'),
    start: Float64Array.from(of((row) => row)),
    end: Float64Array.from(of((row) => row)),
  };
}

const learnt = rows(1200, false);
const asked: RowBatch = rows(300, true);

async function both(name: string, options: object): Promise<{ ours: Float64Array; theirs: Float32Array }> {
  const load = detectors[name];
  if (load === undefined) throw new Error(`no detector ${name}`);
  const { default: definition } = await load();
  const context = { name, log: silentLogger, now: () => 0, random: seededRandom(4) };
  const detector = definition.create(definition.config.parse(options), context) as unknown as RowDetector<unknown>;
  await detector.fit(learnt);
  const model = await DirectInference.open(detector.onnx());
  const answer = await model.run({ values: { data: asked.values, shape: [asked.rows, COLUMNS.length] } });
  await model.close();
  return { ours: (await detector.score(asked)).score, theirs: answer.score?.data as Float32Array };
}

function largestGap({ ours, theirs }: { ours: Float64Array; theirs: Float32Array }): number {
  expect(theirs.length).toBe(ours.length);
  expect(new Set(ours).size).toBeGreaterThan(50);
  return ours.reduce((most, one, row) => Math.max(most, Math.abs(one - (theirs[row] as number)) / (1 + Math.abs(one))), 0);
}

describe('novelty models as ONNX, run by onnxruntime, score as they do here', () => {
  it.each([
    ['isolation-forest', { trees: 60, sample: 128 }, 1e-5],
    ['half-space-trees', { trees: 15, depth: 8 }, 1e-5],
    ['autoencoder', { epochs: 5, hidden: 12, code: 3 }, 1e-4],
    ['nearest-neighbour', { neighbours: 1 }, 1e-5],
    ['nearest-neighbour', { neighbours: 3, references: 200 }, 1e-5],
  ] as const)('%s %o', async (name, options, tolerance) => {
    expect(largestGap(await both(name, options))).toBeLessThan(tolerance);
  });

  it('flow-novelty, but for ranks among scores that rounding makes equal', async () => {
    const scores = await both('flow-novelty', { epochs: 5, rounds: 20 });
    const gaps = Array.from(scores.ours, (one, row) => Math.abs(one - (scores.theirs[row] as number))).sort((a, b) => a - b);
    expect(gaps[Math.floor(gaps.length * 0.9)]).toBeLessThan(0.01);
    expect(largestGap(scores)).toBeLessThan(0.1);
  });
});
