import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SequenceBatch } from '../../core/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { config } from './config.ts';
import { SequenceDetector } from './detector.ts';
import { CommonSubsequence } from './indel-neighbours.ts';

function batchOf(sequences: readonly (readonly string[])[]): SequenceBatch {
  const vocabulary = [...new Set(sequences.flat())];
  const code = new Map(vocabulary.map((id, index) => [id, index]));
  const offsets = new Int32Array(sequences.length + 1);
  for (const [i, sequence] of sequences.entries()) offsets[i + 1] = (offsets[i] as number) + sequence.length;
  const keys = sequences.map((_, i) => `s${i}`);
  const time = new Float64Array(sequences.length);
  const codes = Int32Array.from(sequences.flat(), (id) => code.get(id) as number);
  return { shape: 'sequences', rows: sequences.length, keys, entities: keys, codes, offsets, vocabulary, start: time, end: time };
}

const lines = (file: string) =>
  gunzipSync(readFileSync(dataset(file) as string))
    .toString()
    .trim()
    .split('\n');
const TRAIN = 'logs/hdfs-deeplog/hdfs_train.txt.gz';
const ABNORMAL = 'logs/hdfs-deeplog/hdfs_test_abnormal.txt.gz';
const NORMAL = 'logs/hdfs-2pct/sessions_A.csv.gz';

describe('sequence detector', () => {
  it.skipIf(missing(TRAIN, ABNORMAL, NORMAL))(needs('reaches F1 .97 on HDFS at a promised 0.1 %', TRAIN, ABNORMAL, NORMAL), async () => {
    const detector = new SequenceDetector(config.parse({}));
    const { calibration } = await detector.fit(batchOf(lines(TRAIN).map((line) => line.trim().split(' '))));
    const ranked = calibration.slice().sort();
    const threshold = ranked[ranked.length - Math.floor(0.001 * (ranked.length + 1))] as number;
    const normal = lines(NORMAL)
      .map((line) => line.split(','))
      .filter(([, label]) => label === 'Normal')
      .map(([, , events]) => (events as string).split(' '));
    const flagged = (scores: Float64Array) => scores.filter((score) => score > threshold).length;
    const falsePositives = flagged((await detector.score(batchOf(normal))).score);
    const abnormal = lines(ABNORMAL).map((line) => line.trim().split(' '));
    const truePositives = flagged((await detector.score(batchOf(abnormal))).score);
    expect(falsePositives).toBeLessThanOrEqual(12); // 5,562 x 0.1 % = 5.6; upper 97.5 % binomial bound
    const f1 = (2 * truePositives) / (truePositives + falsePositives * 99.5 + abnormal.length);
    expect(f1).toBeGreaterThanOrEqual(0.97);
  });
});

describe('common subsequence', () => {
  it('agrees with dynamic programming across word boundaries', () => {
    const a = Int32Array.from({ length: 150 }, (_, i) => 3 + ((i * i + 7 * i) % 11));
    const b = Int32Array.from({ length: 97 }, (_, i) => 3 + ((i * 5 + (i >> 2)) % 11));
    expect(new CommonSubsequence(a).with(b)).toBe(byDynamicProgramming(a, b));
    expect(new CommonSubsequence(b).with(a)).toBe(byDynamicProgramming(a, b));
    expect(new CommonSubsequence(a.slice(0, 64)).with(b)).toBe(byDynamicProgramming(a.slice(0, 64), b));
  });
});

function byDynamicProgramming(a: Int32Array, b: Int32Array): number {
  let row = new Int32Array(b.length + 1);
  for (const x of a) {
    const next = new Int32Array(b.length + 1);
    for (let j = 1; j <= b.length; j++)
      next[j] = x === b[j - 1] ? (row[j - 1] as number) + 1 : Math.max(row[j] as number, next[j - 1] as number);
    row = next;
  }
  return row[b.length] as number;
}

describe('learning more', () => {
  it('leaves the scale of scores as it was: what is as usual as before is not suddenly unusual', async () => {
    const usual = (i: number): string[] =>
      i % 33 === 0 ? ['a', 'expired', 'z'] : i % 7 === 0 ? ['a', 'b', 'c', 'd', 'z'] : ['a', 'b', 'c', 'z'];
    const detector = new SequenceDetector(config.parse({}));
    const summary = await detector.fit(batchOf(Array.from({ length: 2000 }, (_, i) => usual(i))));
    const rare = batchOf([['a', 'expired', 'z']]);
    const before = (await detector.score(rare)).score[0] as number;
    for (let day = 0; day < 3; day++) await detector.learn(batchOf(Array.from({ length: 4000 }, (_, i) => usual(i))));
    const after = (await detector.score(rare)).score[0] as number;
    const asHigh = (score: number): number => summary.calibration.filter((one) => one >= score - 1e-9).length / summary.calibration.length;
    expect(asHigh(before)).toBeGreaterThan(0.001);
    expect(Math.abs(after - before)).toBeLessThan(0.5);
  });
});
