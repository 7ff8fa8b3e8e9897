import { describe, expect, it } from 'vitest';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { groupingAccuracy, groupingAccuracyTable, PUBLISHED_GROUPING } from './evaluation.ts';

const FOLDER = 'logs/loghub-2k';

describe('grouping accuracy', () => {
  it('counts the lines of groups that equal a true group', () => {
    expect(groupingAccuracy([1, 1, 2, 2, 3], ['a', 'a', 'b', 'c', 'd'])).toBe(3 / 5);
    expect(groupingAccuracy([1, 2], ['a', 'a'])).toBe(0);
  });

  it.skipIf(missing(FOLDER))(needs('is as published or better on the nine loghub-2k systems', FOLDER), () => {
    const table = groupingAccuracyTable(dataset(FOLDER) as string);
    expect(table.rows.map(({ system }) => system)).toEqual(PUBLISHED_GROUPING.map(({ system }) => system));
    for (const { system, lines, accuracy, published } of table.rows) {
      expect(lines, system).toBe(2000);
      expect(accuracy, system).toBeGreaterThanOrEqual(published - 0.01);
    }
    expect(table.mean).toBeGreaterThan(table.publishedMean);
  });
});
