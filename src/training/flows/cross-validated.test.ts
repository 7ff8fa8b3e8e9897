import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { crossValidated } from './cross-validated.ts';
import { cleanFlows, readFlows } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'in-turn-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('parts of the rows in turn', () => {
  it('names every row by a fit that has not seen it', async () => {
    const random = seededRandom(1);
    // `packets` tells the class, but for rows whose label was drawn
    const rows = Array.from({ length: 300 }, (_, i) => {
      const attack = i % 3 === 0;
      const drawn = i % 5 === 0;
      const label = (drawn ? random() < 0.5 : attack) ? 'DoS' : 'BENIGN';
      return `${(attack ? 500 : 5) + Math.floor(random() * 400)},${i},${label}`;
    });
    const path = join(folder, 'flows.csv');
    await writeFile(path, `${['Total Fwd Packet,Flow Duration,Label', ...rows].join('\n')}\n`);
    const table = await readFlows([path], { label: 'Label' });
    const { trees, learnt, parts } = await crossValidated(table, cleanFlows(table), 4);
    expect([trees.rows, learnt, parts]).toEqual([300, 225, 4]);
    // drawn labels can be learnt by heart, not be foretold: a fit that had seen its rows would have them right
    expect(trees.accuracy.value).toBeGreaterThan(0.8);
    expect(trees.accuracy.value).toBeLessThan(0.97);
    expect(trees.per_class.DoS?.rows).toBe(table.labels?.filter((label) => label === 'DoS').length);
  });
});
