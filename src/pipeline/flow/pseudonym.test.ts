import { describe, expect, it } from 'vitest';
import { decodeUtf8, textAt } from '../../core/index.ts';
import { createLogParser } from '../../parsers/index.ts';
import { Pseudonymiser } from './pseudonym.ts';

const lines = [
  '2026-01-05 00:00:00.003 INFO login: user alice4711 from 10.0.6.62',
  '2026-01-05 00:00:01.003 INFO login: user alice4711 from 10.0.6.62',
];

function parsed() {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  return createLogParser().parse({ input: 'a', generation: 'g', offset: 0, line: 1, bytes, arrival: 2e15, last: true }, 's', () => {});
}

describe('pseudonyms', () => {
  it('replace every parameter by a keyed hash; equal values stay equal, nothing remains in clear', () => {
    const batch = new Pseudonymiser(new Uint8Array(32), false).apply(parsed());
    const texts = [textAt(batch.message, 0), textAt(batch.message, 1)];
    const spans = Array.from(batch.parameters.start, (start, index) =>
      decodeUtf8(batch.parameters.bytes, start, batch.parameters.end[index] as number),
    );
    expect(spans.length).toBeGreaterThan(1);
    for (const span of spans) {
      expect(span).toMatch(/^~[0-9a-f]{16}$/);
      expect(texts.some((text) => text.includes(span))).toBe(true);
    }
    expect(decodeUtf8(batch.message.bytes, 0, batch.message.bytes.length)).not.toContain('10.0.6.6');
    expect(new Set(spans).size).toBeLessThan(spans.length);
    expect(batch.fields).toBeUndefined();
  });

  it('differ with the key', () => {
    const value = new TextEncoder().encode('alice');
    const one = new Pseudonymiser(new Uint8Array(32), false).pseudonym(value);
    const other = new Pseudonymiser(new Uint8Array(32).fill(1), false).pseudonym(value);
    expect(Buffer.from(one).equals(other)).toBe(false);
  });
});
