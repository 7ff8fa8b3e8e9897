import { describe, expect, it } from 'vitest';
import { decodeUtf8, textAt } from '../../core/index.ts';
import { createLogParser, KeyedHash } from '../../parsers/index.ts';
import { Pseudonymiser } from './pseudonym.ts';

const lines = [
  '2026-01-05 00:00:00.003 INFO login: user alice4711 from 10.0.6.62 via 240.1.2.3',
  '2026-01-05 00:00:01.003 INFO login: user alice4711 from 10.0.6.62 via 240.1.2.3',
];

function parsed() {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  return createLogParser().parse({ input: 'a', generation: 'g', offset: 0, line: 1, bytes, arrival: 2e15, last: true }, 's', () => {});
}

const hash = (fill: number) => new KeyedHash(new Uint8Array(32).fill(fill));

describe('pseudonyms of parameters', () => {
  it('replace every parameter but pseudonyms by a keyed hash; equal values stay equal, nothing remains in clear', () => {
    const batch = new Pseudonymiser(hash(0), { parameters: true, hosts: false }).apply(parsed());
    const texts = [textAt(batch.message, 0), textAt(batch.message, 1)];
    const spans = Array.from(batch.parameters.start, (start, index) =>
      decodeUtf8(batch.parameters.bytes, start, batch.parameters.end[index] as number),
    );
    expect(spans.length).toBeGreaterThan(3);
    expect(spans.filter((span) => span === '240.1.2.3')).toHaveLength(2);
    for (const span of spans.filter((one) => one !== '240.1.2.3')) {
      expect(span).toMatch(/^~[0-9a-f]{16}$/);
      expect(texts.some((text) => text.includes(span))).toBe(true);
    }
    expect(decodeUtf8(batch.message.bytes, 0, batch.message.bytes.length)).not.toContain('10.0.6.6');
    expect(new Set(spans).size).toBeLessThan(spans.length);
    expect(batch.fields).toBeUndefined();
  });

  it('leave whole pseudonyms that mining takes apart', () => {
    const bytes = new TextEncoder().encode(
      'login from 2001:db8:3319:0a1b:22c3:0d4e:55f6:7788 as user_0123456789ab via f6:ee:01:02:03:04\n',
    );
    const batch = createLogParser().parse(
      { input: 'a', generation: 'g', offset: 0, line: 1, bytes, arrival: 2e15, last: true },
      's',
      () => {},
    );
    const from = (part: string) => Buffer.from(batch.message.bytes).indexOf(part);
    const spans = ['2001', '3319', '0123456789ab', 'ee'].map((part) => ({ start: from(part), end: from(part) + part.length }));
    const parameters = {
      ...batch.parameters,
      bytes: batch.message.bytes,
      first: Int32Array.of(0, spans.length),
      start: Int32Array.from(spans, ({ start }) => start),
      end: Int32Array.from(spans, ({ end }) => end),
    };
    const replaced = new Pseudonymiser(hash(0), { parameters: true, hosts: false }).apply({ ...batch, parameters });
    expect(textAt(replaced.message, 0)).toBe(textAt(batch.message, 0));
  });

  it('leave messages as they are where parameters are not asked for', () => {
    const batch = new Pseudonymiser(hash(0), { parameters: false, hosts: true }).apply(parsed());
    expect(textAt(batch.message, 0)).toContain('10.0.6.62');
  });

  it('differ with the key', () => {
    expect(hash(0).parameter('alice')).not.toBe(hash(1).parameter('alice'));
  });
});
