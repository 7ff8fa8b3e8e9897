import { describe, expect, it } from 'vitest';
import { DATASETS, missing, needs } from '../../testing/datasets.ts';
import { sequenceMarkdown } from './sequence-markdown.ts';
import { sequenceQuality } from './sequence-quality.ts';

const OPENSTACK = ['train', 'test_normal', 'test_abnormal'].map(
  (part) => `logs/ait-sequences/openstack_parisakalaki/openstack_${part}.txt.gz`,
);

describe('quality table of sequences', () => {
  it.skipIf(missing(...OPENSTACK))(
    needs('reaches F1 .99 on OpenStack; labels quiet unlike false alarms, no true one', ...OPENSTACK),
    async () => {
      const quality = await sequenceQuality({ folder: DATASETS, commit: 'test', only: ['OpenStack'], detectors: ['sequence', 'pca'] });
      const [set] = quality.data_sets;
      for (const { at } of set?.detectors ?? []) {
        expect(at['0.01']?.metrics.f1).toBeGreaterThanOrEqual(0.99);
        expect(at['0.01']?.metrics).toMatchObject({ extrapolated: true, normal: 4895, abnormal: 651 });
      }
      for (const row of set?.feedback?.rows ?? []) {
        expect(row.held_back_after).toBeLessThan(row.held_back_before);
        expect(row.after).toBeLessThan(row.after_allowlist);
        expect(row.true_positives_lost).toBe(0);
      }
      expect(set?.feedback?.rows.map((row) => row.labelled)).toEqual([1, 5, 20]);
      expect(sequenceMarkdown(quality)).toContain('| **pca** |');
    },
  );

  it('names the data sets that are absent', async () => {
    const quality = await sequenceQuality({ folder: '/nowhere', commit: 'test' });
    expect(quality.data_sets).toEqual([]);
    expect(quality.skipped).toHaveLength(4);
  });
});
