import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/core/index.ts';
import { CliFolder } from './run-cli.ts';

const HEADER = 'Src IP,Src Port,Dst IP,Dst Port,Protocol,Timestamp,Flow Duration,Total Fwd Packet,Total Bwd packets,Label';

/** Floods and benign flows that now and then look alike. */
function flows(count: number, seed: number): string {
  const random = seededRandom(seed);
  const lines = Array.from({ length: count }, (_, i) => {
    const label = i % 3 === 0 ? 'DoS Hulk' : 'BENIGN';
    const packets = (label === 'BENIGN') === random() < 0.9 ? 2 + Math.floor(random() * 40) : 200 + Math.floor(random() * 400);
    const time = `2017-07-03 ${String(8 + (i % 10)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}:00`;
    return `10.0.0.${i % 30},${1024 + i},192.168.0.1,443,6,${time},${packets * 1000},${packets},${packets >> 1},${label}`;
  });
  return `${[HEADER, ...lines].join('\n')}\n`;
}

describe('a labelled table of flows', () => {
  const folder = new CliFolder();
  afterAll(() => folder.remove());
  beforeAll(() => {
    writeFileSync(folder.file('learnt.csv'), flows(600, 1));
    writeFileSync(folder.file('later.csv'), flows(300, 2));
  });

  it('is scored with class, probability and actual class, and the accuracy that these make', () => {
    const trained = folder.run([
      'train',
      'flow-classifier',
      '--data',
      'learnt.csv',
      '--label',
      'Label',
      '--name',
      'fc',
      '--option',
      'rounds=20',
    ]);
    expect(trained.stderr).toBe('');
    const scored = folder.run(['score', '--model', 'fc', '--data', 'later.csv', '--out', 'scores.csv']);
    expect(scored.stderr).toBe('');
    const [header = '', ...lines] = readFileSync(folder.file('scores.csv'), 'utf8').trim().split('\n');
    const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [header.split(',')[i], cell])));
    expect(rows.length).toBe(300);
    expect(rows.map(({ actual }) => actual)).toEqual(rows.map((_, i) => (i % 3 === 0 ? 'DoS Hulk' : 'BENIGN')));
    for (const { probability } of rows) expect(Number(probability)).toBeGreaterThanOrEqual(0.5);
    const right = rows.filter(({ predicted, actual }) => predicted === actual).length;
    const attacks = rows.filter(({ predicted }) => predicted === 'DoS Hulk').length;
    // labels that look like the other class are not foretold
    expect(right).toBeGreaterThan(240);
    expect(right).toBeLessThan(300);
    expect(scored.stdout).toContain(`accuracy ${(right / 300).toFixed(4)} of 300 labelled flows`);
    expect(scored.stdout).toContain(`${attacks} predicted attacks: DoS Hulk ${attacks}, ${300 - attacks} BENIGN`);
  }, 120_000);
});
