import { expect, it } from 'vitest';
import type { SourcePreview } from '../../pipeline/index.ts';
import { sourceAdvice } from './source-advice.ts';

const nothing: SourcePreview = { records: 0, bytes: 0, format: '', rows: [], dead: [], error: '', said: [], holds: '' };

it('says what is missing instead of what it is not', () => {
  expect(sourceAdvice({ type: 'file', path: '/nope/never' }, nothing, [])).toEqual([expect.stringContaining('no such file')]);
  expect(sourceAdvice({ type: 'file', path: '/' }, nothing, [])).toEqual([expect.stringContaining('no complete record')]);
  const device = { ...nothing, error: 'tcpdump: eth99: No such device exists' };
  expect(sourceAdvice({ type: 'capture', interface: 'eth99' }, device, [])).toEqual([]);
  expect(sourceAdvice({ type: 'mqtt' }, nothing, [])).toEqual([expect.stringContaining('broker')]);
  expect(sourceAdvice({ type: 'journald' }, nothing, [])).toEqual([expect.stringContaining('journalctl')]);
  const refused = { ...nothing, records: 1, said: ['127.0.0.1:9 did not answer as it should: connect ECONNREFUSED'] };
  expect(sourceAdvice({ type: 'prometheus-scrape' }, refused, [])).toEqual([expect.stringContaining('curl')]);
  const noise = { ...nothing, dead: [{ reason: 'a.pcap is no pcap or pcapng capture', text: '' }] };
  expect(sourceAdvice({ type: 'file', path: '/', records: 'packets' }, noise, [])).toEqual([expect.stringContaining('tcpdump -r')]);
  expect(sourceAdvice({ type: 'file', path: '/' }, { ...nothing, error: 'EISDIR: illegal operation' }, [])).toEqual([
    expect.stringContaining('directory'),
  ]);
});
