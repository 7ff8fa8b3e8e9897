import { describe, expect, it } from 'vitest';
import { SEVERITY_LEVELS } from '../alerts/index.ts';
import { seededRandom } from '../core/index.ts';
import { logBatch } from '../testing/log-batch.ts';
import { StreamAnalysis, type StreamSummary } from './stream-findings.ts';

const INTERVAL = 300;
const TEMPLATES = [{ id: 't0', text: 'request served', count: 1 }];
const BASELINE = 576;
const INPUT = 12;

/** `counts[i]` lines in each interval from `first` on. */
function linesOf(counts: readonly number[], first: number) {
  return counts.flatMap((count, i) =>
    Array.from({ length: count }, (_, line) => ({
      message: 'request served',
      template: 0,
      time: (first + i) * INTERVAL * 1e6 + Math.floor((line * INTERVAL * 1e6) / count),
      host: 'web1',
    })),
  );
}

/** Two days of a baseline, then an hour with one interval of `spike` lines. */
async function rated(spike: number): Promise<StreamSummary> {
  const random = seededRandom(1);
  const usual = (intervals: number) => Array.from({ length: intervals }, () => 10 + Math.floor(random() * 8));
  const stream = await StreamAnalysis.open('web', 0.001, 1, { novelty: [], rate: [] });
  await stream.learn(logBatch(linesOf(usual(BASELINE), 0)), TEMPLATES);
  await stream.learnt();
  const counts = usual(INPUT);
  counts[6] = spike;
  await stream.add(logBatch(linesOf(counts, BASELINE)), TEMPLATES);
  const rate = (await stream.finish(TEMPLATES)).find(({ name }) => name === 'rate');
  if (rate === undefined) throw new Error('no volumes');
  return rate;
}

describe('findings of a stream with a baseline', () => {
  it('are held against the chance of the input alone', async () => {
    for (let spike = 20; ; spike++) {
      const { scored, findings } = await rated(spike);
      expect(scored).toBeLessThan(INPUT * 8);
      const [worst] = findings;
      if (worst === undefined) continue;
      // By chance such an interval comes once in eleven inputs of this length at most, and in every second baseline at least.
      const { pValue, severity, explanation } = worst.detection;
      if (pValue * scored > 0.09) continue;
      expect(pValue * BASELINE * 3).toBeGreaterThan(0.5);
      expect(explanation.harmless.join()).not.toMatch(/Chance/);
      expect(severity).toBeGreaterThanOrEqual(SEVERITY_LEVELS.medium);
      return;
    }
  });
});
