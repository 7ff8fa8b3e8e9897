import fc from 'fast-check';
import { expect, it } from 'vitest';
import { logBatch } from '../testing/log-batch.ts';
import { NamedParties } from './named-parties.ts';
import { QuadCodes } from './quad-codes.ts';
import { classify, TokenKind } from './token.ts';

it('gives each address the code it was put with, or none', () => {
  const quad = fc.oneof(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.integer({ min: 0x0afa0000, max: 0x0afaffff }));
  fc.assert(
    fc.property(fc.array(quad, { maxLength: 3000 }), (quads) => {
      const codes = new QuadCodes();
      const known = new Map<number, number>();
      for (const [i, one] of quads.entries()) {
        const found = codes.find(one);
        if (known.has(one)) expect([known.get(one), -1]).toContain(found);
        else expect(found).toBe(-1);
        if (found !== -1) continue;
        codes.put(one, i);
        known.set(one, i);
      }
    }),
  );
});

it('reads from a line the address that its tokens are classified to hold, and the bits of a quad', () => {
  const number = fc.oneof(fc.nat(300).map(String), fc.constantFrom('0', '00', '01', '255', '256', '0377', '1000', ''));
  const quad = fc.array(number, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.'));
  const behind = fc.constantFrom('', '', ':50010', ':', '.', ':5:6', ':http', '-x', '@host', '_');
  const token = fc.oneof(
    fc.tuple(fc.constantFrom('', '', '-', 'ip'), quad, behind).map((parts) => parts.join('')),
    fc.constantFrom('fe80::1', '::1', 'word', '17', '1.2.3'),
  );
  fc.assert(
    fc.property(fc.array(token, { maxLength: 4 }), (tokens) => {
      const parties = new NamedParties();
      const message = tokens.join(' /');
      const bytes = new TextEncoder().encode(message);
      const found = { start: 0, end: 0, kind: 0, prefixEnd: 0, digits: 0 };
      const expected = [...message.matchAll(/[^\s/]+/g)].flatMap(({ index, 0: word }) =>
        classify(bytes, index, index + word.length, found) && found.kind === TokenKind.ip ? [message.slice(found.start, found.end)] : [],
      )[0];
      parties.read(logBatch([{ message }]), 0);
      const { addressStart, addressEnd, isQuad } = parties;
      expect(addressStart < 0 ? undefined : message.slice(addressStart, addressEnd)).toBe(expected);
      if (addressStart < 0 || !isQuad) return;
      const octets = (expected as string).split('.').map(Number);
      expect(parties.quad >>> 0).toBe(octets.reduce((bits, octet) => bits * 256 + octet, 0));
    }),
    { numRuns: 2000 },
  );
});
