import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../core/index.ts';
import { familyOf } from '../../detectors/flow-classifier/families.ts';
import { cleanFlows, leaveOneOut, readFlows } from './index.ts';
import { DETECTORS_ALONE } from './leave-one-out.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'left-out-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Two floods that look alike, a scan that looks like neither; benign flows whose columns go together. */
function lines(label: string, count: number, seed: number): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, i) => {
    const size = 2 + Math.floor(random() * 40);
    const [packets, bytes, back] =
      label === 'BENIGN' ? [size, size * 90, size] : label === 'Portscan' ? [1, 0, 1] : [4000 + size, 60 * (4000 + size), 0];
    const time = `2017-07-03 ${String(8 + (i % 10)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00`;
    return `10.0.${label.length}.${i % 20},${1024 + i},192.168.0.1,443,6,${time},${size * 1000},${packets},${bytes},${back},${label}`;
  });
}

describe('training without a family', () => {
  it('leaves the whole family out and reports the classifier and every novelty detector', async () => {
    const path = join(folder, 'flows.csv');
    const header = 'Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Flow Bytes/s,Total Bwd packets,Label';
    const rows = [...lines('BENIGN', 400, 1), ...lines('DoS Hulk', 60, 2), ...lines('DDoS', 60, 3), ...lines('Portscan', 80, 4)];
    await writeFile(path, `${[header, ...rows].join('\n')}\n`);
    const table = await readFlows([path], { label: 'Label' });
    const { families, benign } = await leaveOneOut(table, cleanFlows(table), { rounds: 10 });
    expect(families.map(({ family, flows }) => [family, flows])).toEqual([
      ['Denial of service', 120],
      ['Scan', 80],
    ]);
    expect(benign.train + benign.test).toBe(400);
    for (const { methods } of families) {
      expect(Object.keys(methods)).toEqual([
        'flow classifier',
        'flow novelty',
        'flow A',
        'flow alarm',
        'window classifier',
        'window novelty',
        'window A',
        'window alarm',
        ...DETECTORS_ALONE,
      ]);
      expect(methods['flow novelty']?.[1]?.recall.value).toBeGreaterThan(0.9);
    }
    // what knows scans alone does not know floods as attacks for sure; each of them left in would be known at once
    const finer = await leaveOneOut(table, cleanFlows(table), { rounds: 10, familyOf: (label) => label });
    const hulk = finer.families.find(({ family }) => family === 'DoS Hulk');
    expect(hulk?.methods['flow classifier']?.[1]?.recall.value).toBe(1);
  }, 60_000);

  it('knows the families of the data sets that name types', () => {
    expect(['neptune', 'satan', 'guess_passwd', 'rootkit', 'Reconnaissance', 'DoS Slowloris', 'normal'].map(familyOf)).toEqual([
      'Denial of service',
      'Scan',
      'Remote to local',
      'User to root',
      'Scan',
      'Slow DoS',
      'normal',
    ]);
  });
});
