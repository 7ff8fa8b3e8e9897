import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SequenceBatch, sequenceAt, VedetteError } from '../core/index.ts';
import { config } from '../detectors/sequence/config.ts';
import { SequenceDetector } from '../detectors/sequence/detector.ts';
import { sequenceSubject } from '../testing/detector-contract.ts';
import {
  calibratedThreshold,
  createDetector,
  evaluateModel,
  fingerprintOf,
  onlyNormal,
  parseLabelFrom,
  readSequenceData,
  readSessions,
  scoreCsv,
  scoreData,
  type TrainingData,
  trainDetector,
} from './index.ts';
import { labelFromPath } from './labels.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-training-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const idsOf = (batch: SequenceBatch) =>
  Array.from({ length: batch.rows }, (_, row) => Array.from(sequenceAt(batch, row), (code) => batch.vocabulary[code]));

describe('session files', () => {
  it('reads ids a line, key and ids, and a CSV with a sequence column, plain or compressed', async () => {
    const plain = await readSessions([put('plain.txt', '5 22 5 \n\n22 5\n')]);
    expect(idsOf(plain.batch)).toEqual([
      ['5', '22', '5'],
      ['22', '5'],
    ]);
    const keyed = await readSessions([put('keyed.txt.gz', gzipSync('node-1/a,59 3\nnode,2,7\n'))]);
    expect(keyed.batch.keys).toEqual(['node-1/a', 'node,2']);
    expect(idsOf(keyed.batch)).toEqual([['59', '3'], ['7']]);
    const csv = await readSessions([put('sessions.csv', 'BlockId,Label,EventSequence\nblk_1,Normal,"E5 E22"\nblk_2,Anomaly,E5\n')], {
      labelFrom: parseLabelFrom('column:Label'),
    });
    expect(csv.labels).toEqual(['Normal', 'Anomaly']);
    expect(idsOf(onlyNormal(csv).batch)).toEqual([['E5', 'E22']]);
    expect(csv.fingerprint).toMatchObject({ rows: 2, events: 3, inputs: [{ name: 'sessions.csv' }] });
  });

  it('takes no log for a session file, with or without times in it', async () => {
    const steps = ['received', 'validated', 'stored in 5 ms', 'answered'];
    const request = (i: number) => `request ${(i * 7919).toString(16).padStart(8, '0')}-cd61-4000-8000-1027c386bbc4`;
    const timed = Array.from({ length: 400 }, (_, i) => {
      const at = new Date(Date.UTC(2026, 2, 1, 10) + i * 500).toISOString();
      return `${at} INFO ${request(Math.floor(i / 4))} ${steps[i % 4]}`;
    });
    const logs = {
      'timed.log': timed,
      'comma.log': timed.map((line) => line.replace('.', ',').replace('T', ' ').replace('Z', '')),
      'bare.log': timed.map((line) => line.slice(30)),
      'words.log': timed.map((_, i) => `worker ${steps[i % 4]?.replace(/ .*/, '')} order`),
      'late.log': ['5 5 22 9', ...timed],
    };
    for (const [name, lines] of Object.entries(logs)) {
      const reading = readSessions([put(name, `${lines.join('\n')}\n`)]);
      await expect(reading, name).rejects.toMatchObject({ code: 'FORMAT_UNKNOWN' });
    }
    const read = await readSequenceData({ data: [join(folder, 'timed.log')] }, () => {});
    expect(read.feature).toBeDefined();
    expect(read.batch.rows).toBe(100);
  });

  it('takes event names for ids where events recur or each line has its key', async () => {
    const traces = await readSessions([put('traces.txt', 'open read read close\nopen read write read close\nopen close\n')]);
    expect(idsOf(traces.batch)[1]).toEqual(['open', 'read', 'write', 'read', 'close']);
    const keyed = await readSessions([put('visits.txt', 'v1,login view logout\nv2,login buy logout\n')]);
    expect(keyed.batch.keys).toEqual(['v1', 'v2']);
  });

  it('labels by file', async () => {
    const labels = put('labels.csv', 'id,label\na,Normal\nb,Fire\n');
    const data = await readSessions([put('named.txt', 'a,1 2\nb,3 4\n')], { labelFrom: parseLabelFrom(`file:${labels}`) });
    expect(data.labels).toEqual(['Normal', 'Fire']);
  });

  it('labels by path', () => {
    expect(labelFromPath('ADFA-LD.zip!ADFA-LD/Attack_Data_Master/Java_Meterpreter_3/UAD-1.txt')).toBe('Java_Meterpreter');
    expect(labelFromPath('ADFA-LD.zip!ADFA-LD/Training_Data_Master/UTD-1.txt')).toBe('normal');
    expect(labelFromPath('hdfs_test_abnormal.txt.gz')).toBe('hdfs_test_abnormal');
    expect(labelFromPath('intrusion/7.int')).toBe('intrusion');
  });

  it('says what is wrong with what it cannot read', async () => {
    const prose = put('prose.txt', '#if defined(_ASM) || 1\nint main() {}\n');
    await expect(readSessions([prose])).rejects.toThrow(/prose\.txt holds no sessions/);
    await expect(readSessions([join(folder, 'absent.txt')])).rejects.toMatchObject({ code: 'INPUT_MISSING' });
    await expect(readSessions([put('empty.txt', '')])).rejects.toBeInstanceOf(VedetteError);
    await expect(readSessions([join(folder, 'plain.txt')], { maxEvents: 2 })).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(() => parseLabelFrom('columns')).toThrow(/column:NAME, path, or file:PATH|not understood/);
    expect((await readSessions([folder], { include: ['p*.txt'] })).skipped).toHaveLength(1);
  });
});

describe('training and evaluation', () => {
  const subject = sequenceSubject(() => new SequenceDetector(config.parse({})));
  const data = (batch: SequenceBatch, labels?: string[]): TrainingData<SequenceBatch> => ({
    batch,
    fingerprint: fingerprintOf({ rows: batch.rows }, []),
    skipped: [],
    ...(labels && { labels }),
  });

  it('fits by name, records what it was, scores and evaluates beside baselines', async () => {
    const trained = await trainDetector({ detector: 'sequence', data: data(subject.normal), options: { order: 4 }, seed: 3 });
    expect(trained.manifest).toMatchObject({
      detector: 'sequence',
      seed: 3,
      hyperparameters: { order: 4, folds: 5 },
      calibration: { rows: 240 },
    });
    const labels = Array.from({ length: subject.mixed.rows }, (_, row) => (row === subject.abnormalRow ? 'Dump' : 'normal'));
    const evaluation = await evaluateModel({
      detector: trained.detector,
      calibration: trained.summary.calibration,
      data: data(subject.mixed, labels),
      promise: 0.02,
      trainedOn: subject.normal,
    });
    expect(evaluation.metrics).toMatchObject({ recall: 1, roc_auc: 1, promised_rate: 0.02, extrapolated: false, normal: 12, abnormal: 1 });
    expect(evaluation.per_class.Dump).toMatchObject({ count: 1, of: 1, value: 1 });
    expect(Object.keys(evaluation.baselines)).toEqual([
      'flag everything',
      'flag nothing',
      'unseen event',
      'unseen count vector',
      'stide n=6',
    ]);
    expect(evaluation.baselines['flag everything']).toMatchObject({ recall: 1, precision: 1 / 13 });
    expect(JSON.parse(JSON.stringify(evaluation))).toEqual(evaluation);
  });

  it('writes scores with p-value, threshold and verdict that agree', async () => {
    const trained = await trainDetector({ detector: 'pca', data: data(subject.normal) });
    const scored = await scoreData({
      detector: trained.detector,
      calibration: trained.summary.calibration,
      data: data(subject.mixed),
      promise: 0.01,
    });
    const [head, ...lines] = [...scoreCsv(scored)].join('').trim().split('\n');
    expect(head).toBe('id,score,p_value,threshold,anomalous');
    for (const line of lines) {
      const [, , pValue, threshold, anomalous] = line.split(',').map(Number);
      expect((pValue as number) <= (threshold as number) + 1e-12).toBe(anomalous === 1);
    }
    expect(scored.anomalous[subject.abnormalRow]).toBe(1);
  });

  it('refuses or marks a rate the calibration cannot resolve', () => {
    const scores = Float64Array.from({ length: 99 }, (_, i) => i);
    expect(calibratedThreshold(scores, 0.01)).toMatchObject({ score: 98, extrapolated: false });
    expect(calibratedThreshold(scores, 0.001).extrapolated).toBe(true);
    expect(calibratedThreshold(scores, 0.001).score).toBeGreaterThan(98);
    expect(() => calibratedThreshold(scores, 0.001, 'refuse')).toThrow(VedetteError);
  });

  it('names unknown detectors and options', async () => {
    await expect(createDetector('nonsense')).rejects.toMatchObject({ code: 'USAGE' });
    await expect(createDetector('constructor')).rejects.toMatchObject({ code: 'USAGE' });
    await expect(createDetector('sequence', { ordr: 3 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
