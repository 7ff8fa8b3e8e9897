import { describe, expect, it } from 'vitest';
import { type Detector, type SequenceBatch, seededRandom } from '../core/index.ts';
import { sequenceBatch } from '../testing/batches.ts';
import { createDetector } from '../training/index.ts';
import { flaggedAt, learnFromItself } from './learn.ts';

const PROMISE = 0.001;

async function learn(rows: readonly (readonly string[])[]) {
  const { detector } = await createDetector('sequence', {}, 1);
  const model = { detectorName: 'sequence', detector: detector as Detector<SequenceBatch>, name: 'learnt-from-input', sha256: '' };
  const { scored } = await learnFromItself(model, sequenceBatch(rows), PROMISE, [], () => {});
  return { flagged: flaggedAt(scored, PROMISE), excess: scored.excess };
}

describe('what is learnt from an input itself', () => {
  it('flags no combinations of requests that have nothing to do with one another', async () => {
    const random = seededRandom(5);
    const request = (): string => `GET /${'abcdefg'[Math.floor(7 * random())]}`;
    const rows = Array.from({ length: 4000 }, () => Array.from({ length: random() < 0.88 ? 1 : random() < 0.9 ? 2 : 3 }, request));
    const { flagged } = await learn(rows);
    // Every tenth session is of a combination seen in less than 1 % of them.
    expect(flagged.length).toBeLessThanOrEqual(PROMISE * rows.length);
  });

  it('flags a fault that repeats identically among sessions of a procedure, and says that more than promised are flagged', async () => {
    const rows = Array.from({ length: 4000 }, (_, i) =>
      i % 200 === 9 ? ['open', 'read', 'read', 'read', 'close'] : ['open', 'read', 'write', 'close'],
    );
    const { flagged, excess } = await learn(rows);
    expect(flagged).toHaveLength(20);
    expect(excess).toBeCloseTo(5);
  });

  it('learns from all where rare patterns are more than a twentieth: so many are no anomalies', async () => {
    const random = seededRandom(6);
    const usual = ['open', 'read', 'write', 'close'];
    const rows = Array.from({ length: 3000 }, () =>
      random() < 0.9 ? usual : [...usual, ...Array.from({ length: 4 }, () => usual[Math.floor(4 * random())] as string)],
    );
    const { flagged } = await learn(rows);
    expect(flagged.length / rows.length).toBeLessThan(0.01);
  });
});
