import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { volumeUnderSurface } from './volume-under-surface.ts';

interface Case {
  readonly labels: readonly number[];
  readonly scores: readonly number[];
  readonly buffer: number;
  readonly roc: number;
  readonly pr: number;
}

/** Made by test/reference/volume_under_surface.py with the authors' own package. */
const { source, cases } = JSON.parse(readFileSync(join(import.meta.dirname, '../fixtures/vus.json'), 'utf8')) as {
  source: string;
  cases: Case[];
};

describe('volume under the surface', () => {
  it(`gives the figures of ${source}`, () => {
    for (const { labels, scores, buffer, roc, pr } of cases) {
      const volume = volumeUnderSurface(labels, Float64Array.from(scores), buffer);
      expect(volume.roc).toBeCloseTo(roc, 10);
      expect(volume.precisionRecall).toBeCloseTo(pr, 10);
    }
    expect(cases.length).toBe(5);
  });

  it('is NaN where it says nothing', () => {
    expect(volumeUnderSurface([0, 0], Float64Array.of(1, 2), 1).precisionRecall).toBeNaN();
    expect(volumeUnderSurface([0, 1], Float64Array.of(Number.NaN, 2), 1).roc).toBeNaN();
  });
});
