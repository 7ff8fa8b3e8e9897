import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { incident } from '../../../store/testing/fixtures.ts';
import { sampleAlert } from '../../../testing/report-input.ts';
import { pdfOfAlert } from './alert.ts';
import { printable } from './document.ts';
import { pdfOfIncident } from './incident.ts';

/** The text of every page: hexadecimal strings of the decompressed content streams. */
function textOf(pdf: Buffer): string {
  const raw = pdf.toString('latin1');
  const streams = [...raw.matchAll(/stream\n([\s\S]*?)\nendstream/g)].flatMap(([, content = '']) => {
    try {
      return inflateSync(Buffer.from(content, 'latin1')).toString('latin1');
    } catch {
      return [];
    }
  });
  return streams
    .map((stream) => [...stream.matchAll(/<([0-9a-f]+)>/g)].map(([, hex = '']) => Buffer.from(hex, 'hex').toString('latin1')).join(''))
    .join('\n');
}

describe('PDF of an alert', () => {
  it('says what, why and from which lines, with fonts that every reader has', async () => {
    const alert = sampleAlert(1);
    const pdf = await pdfOfAlert(alert, [{ input: 'hdfs_2008-11-09.log', line: 101, text: 'Receiving block blk_1' }]);
    const text = textOf(pdf);
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    for (const part of [
      'Block written without its final acknowledgement',
      'sessions learnt from',
      'Receiving block blk_1',
      'page 1 of',
      '2008-11-09 20:36:48',
    ])
      expect(text).toContain(part);
    expect(pdf.toString('latin1')).not.toMatch(/\/FontFile|\/JavaScript|\/URI|\/EmbeddedFile/);
  });

  it('is the same for the same alert', async () => {
    expect(await pdfOfAlert(sampleAlert(3), [])).toEqual(await pdfOfAlert(sampleAlert(3), []));
  });

  it('stays small and readable whatever the alert holds', async () => {
    const hostile = sampleAlert(2, {}, { title: `${'x'.repeat(50_000)} \u0000\u202e Ωμέγα`, entity: '(\\) /JS endstream' });
    const pdf = await pdfOfAlert(hostile, []);
    expect(pdf.length).toBeLessThan(200_000);
    expect(textOf(pdf)).toContain('49709 more characters');
    expect(printable('a\u202eb Ω é – \n')).toBe('a\\u{202e}b \\u{3a9} é – \\u{a}');
  });
});

describe('PDF of an incident', () => {
  it('has evidence, timeline and notes', async () => {
    const entry = { time: 0, host: 'web-1', title: 'port scan', detector: 'volume', surprise: 3, tactic: 'discovery', alertId: 'a1' };
    const one = incident('i1', { sentence: 'web-1 was taken over', timeline: [entry] });
    const pdf = await pdfOfIncident(
      { ...one, state: 'acknowledged', assignee: 'ana', notes: [{ note: 'isolated', by: 'ana', at: 0 }] },
      'vedette 0.1.0',
    );
    const text = textOf(pdf);
    for (const part of ['web-1 was taken over', 'acknowledged', 'isolated', 'Timeline', 'web-1: port scan (discovery)'])
      expect(text).toContain(part);
  });
});
