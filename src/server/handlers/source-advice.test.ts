import { expect, it } from 'vitest';
import type { SourcePreview } from '../../pipeline/index.ts';
import { sourceAdvice } from './source-advice.ts';

const nothing: SourcePreview = { records: 0, bytes: 0, format: '', rows: [], dead: [], error: '' };

it('says what is missing instead of what it is not', () => {
  expect(sourceAdvice({ type: 'file', path: '/nope/never' }, nothing, [])).toEqual([expect.stringContaining('no such file')]);
  expect(sourceAdvice({ type: 'file', path: '/' }, nothing, [])).toEqual([expect.stringContaining('no complete record')]);
  const device = { ...nothing, error: 'tcpdump: eth99: No such device exists' };
  expect(sourceAdvice({ type: 'capture', interface: 'eth99' }, device, [])).toEqual([]);
  expect(sourceAdvice({ type: 'mqtt' }, nothing, [])).toEqual([expect.stringContaining('broker')]);
  expect(sourceAdvice({ type: 'journald' }, nothing, [])).toEqual([expect.stringContaining('journalctl')]);
});
