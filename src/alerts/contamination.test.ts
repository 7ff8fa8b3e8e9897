import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogParser } from '../parsers/index.ts';
import { dataset, missing, needs } from '../testing/datasets.ts';
import { assessContamination, InputCounter } from './contamination.ts';
import { namesFailure } from './failure-words.ts';

function accessCounts(relative: string) {
  const bytes = new Uint8Array(gunzipSync(readFileSync(dataset(relative) as string)));
  const counter = new InputCounter();
  const record = { input: relative, generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true };
  counter.addBatch(createLogParser().parse(record, 'test', () => {}));
  return counter.counts(0, 0, 0.001);
}

const SCANS = ['logs/web/ocatak_acunetix.txt.gz', 'logs/web/ocatak_w3af.txt.gz'];
const ORDINARY = 'logs/web/elastic_apache_access_part1.log.gz';

describe('input that may be abnormal throughout', () => {
  it.skipIf(missing(...SCANS)).each(SCANS)(needs('warns of the scanner log %s', ...SCANS), (scan) => {
    const warning = assessContamination(accessCounts(scan));
    expect(warning?.code).toBe('abnormal-throughout');
    expect(warning?.signs[0]).toMatch(/of the lines come from one client$/);
    expect(warning?.signs[1]).toMatch(/of the lines report a failure$/);
  });

  it.skipIf(missing(ORDINARY))(needs('does not warn of an ordinary access log', ORDINARY), () => {
    const counts = accessCounts(ORDINARY);
    expect(counts.lines).toBe(5_000);
    expect(counts.busiestClient).toBeLessThan(0.1 * counts.lines);
    expect(assessContamination(counts)).toBeUndefined();
  });

  const quiet = { lines: 10_000, withClient: 0, busiestClient: 0, failures: 0, scored: 1_000, flagged: 1, promisedRate: 0.001 };

  it('needs two signs or an overwhelming one', () => {
    expect(assessContamination(quiet)).toBeUndefined();
    expect(assessContamination({ ...quiet, failures: 2_000 })).toBeUndefined();
    expect(assessContamination({ ...quiet, flagged: 60 })).toBeUndefined();
    expect(assessContamination({ ...quiet, failures: 2_000, flagged: 60 })?.signs).toHaveLength(2);
    expect(assessContamination({ ...quiet, failures: 5_000 })?.signs).toHaveLength(1);
    expect(assessContamination({ ...quiet, flagged: 200 })?.signs).toHaveLength(1);
    expect(assessContamination({ ...quiet, lines: 100, failures: 100 })).toBeUndefined();
  });

  it('finds the busiest client in fixed memory among very many', () => {
    const counter = new InputCounter();
    for (let i = 0; i < 100_000; i++) counter.add(i % 20 === 0 ? `noise-${i}` : 'scanner', false);
    const { busiestClient, withClient } = counter.counts(0, 0, 0.001);
    expect(withClient).toBe(100_000);
    expect(busiestClient).toBeGreaterThan(90_000);
    expect(busiestClient).toBeLessThanOrEqual(95_000);
  });

  it('tells a failure by status, then level, then words', () => {
    const failures = (line: string, format = 'access-common') => {
      const record = { input: 'x', generation: '', offset: 0, line: 1, bytes: Buffer.from(`${line}\n`), arrival: 0, last: true };
      const counter = new InputCounter();
      counter.addBatch(createLogParser({ format }).parse(record, 'test', () => {}));
      return counter.counts(0, 0, 0.001).failures;
    };
    const access = (status: number) => `10.0.0.1 - - [01/Mar/2026:10:00:00 +0000] "GET /failed HTTP/1.1" ${status} 512`;
    expect(failures(access(200))).toBe(0);
    expect(failures(access(403))).toBe(1);
    expect(failures('081109 203518 143 FATAL dfs.DataNode: worker stopped', 'hdfs')).toBe(1);
    expect(failures('081109 203518 143 INFO dfs.DataNode: Failed password for root', 'hdfs')).toBe(1);
    expect(failures('081109 203518 143 INFO dfs.DataNode: Accepted password for root', 'hdfs')).toBe(0);
  });

  it('knows the words of failures as words of their own', () => {
    const named = (text: string) => namesFailure(Buffer.from(text), 0, Buffer.byteLength(text));
    const pattern = /\b(?:fail(?:ed|ure)|denied|refused|invalid (?:user|password|login)|unauthori[sz]ed|forbidden)\b/i;
    const piece = fc.constantFrom(
      'failed',
      'FAILURE',
      'Denied',
      'refused',
      'invalid ',
      'user',
      'login',
      'unauthorized',
      ' ',
      '_',
      '-',
      'x',
      '\u00e9',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        expect(named(pieces.join(''))).toBe(pattern.test(pieces.join('')));
      }),
    );
  });
});
