import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DATASETS, missing, needs } from '../../../testing/datasets.ts';
import { type CaptureRow, captureRow } from './capture-quality.ts';
import { CAPTURES } from './expectations.ts';

const documented = JSON.parse(readFileSync(join(import.meta.dirname, '../../../../docs/quality/captures.json'), 'utf8')) as {
  rows: CaptureRow[];
};

describe('captures', () => {
  for (const expectation of CAPTURES) {
    const path = `packets/${expectation.file}.gz`;
    const title =
      expectation.rule !== undefined
        ? `${expectation.kind}: ${expectation.file} is found and named`
        : expectation.kind === 'benign'
          ? `benign: ${expectation.file} is quiet at medium severity and above`
          : `${expectation.kind}: ${expectation.file} is as documented`;
    it.skipIf(missing(path))(needs(title, path), async () => {
      const row = await captureRow(DATASETS, expectation);
      if (expectation.rule !== undefined) expect(row?.outcome).toBe('found');
      if (expectation.kind === 'benign') expect(['quiet', 'low only']).toContain(row?.outcome);
      expect(JSON.parse(JSON.stringify(row))).toEqual(documented.rows.find(({ file }) => file === expectation.file));
    });
  }
});
