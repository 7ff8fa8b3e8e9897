import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashKey } from './hashing.ts';
import { KnownShapes } from './known-shapes.ts';
import { ShapeScanner } from './shape.ts';

const key = hashKey(Uint32Array.of(1, 2, 3, 4));
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const whole = (scanner: ShapeScanner): unknown => [
  scanner.masks,
  [...scanner.maskStart.subarray(0, scanner.masks)],
  [...scanner.maskEnd.subarray(0, scanner.masks)],
  scanner.printed,
];

/** Pieces that begin numbers, UUIDs, block ids and what only looks like them. */
const piece = fc.constantFrom(
  ...['block', 'blk_', 'blk', '_', '-', ':', '.', ' ', '  ', '(', '0x', '0x1f', 'f', 'deadbeef', 'deadbeef-', 'a1', '1a', '<*>', 'ü', '\t'],
  ...[
    '7',
    '12',
    '1.5',
    '10.0.0.1:80',
    '123e4567-e89b-12d3-a456-426614174000',
    '5abcdef01',
    'a1b2c3d4e5f6g7h8i9',
    'abcdefab-e89b-12d3-a456-426614174000',
    '-e89b-12d3-a456-',
  ],
);
const line = fc.array(piece, { minLength: 3, maxLength: 12 }).map((pieces) => `${pieces.join('')}.`.trimStart());

describe('KnownShapes', () => {
  it('says of a line what a scan of it says', () => {
    let matched = 0;
    fc.assert(
      fc.property(
        fc.array(line, { minLength: 2, maxLength: 12 }),
        fc.array(fc.nat(99_999), { minLength: 5, maxLength: 5 }),
        (lines, numbers) => {
          const known = new KnownShapes();
          const [scanner, plain] = [new ShapeScanner(key, 512), new ShapeScanner(key, 512)];
          // Each line, and the same with other numbers.
          let n = 0;
          const others = lines.map((text) => text.replace(/[0-9]+/g, () => String(numbers[n++ % numbers.length])));
          for (const text of [...lines, ...others, ...lines]) {
            const bytes = encode(text);
            plain.scan(bytes, 0, bytes.length);
            if (known.match(bytes, 0, bytes.length, scanner)) {
              matched++;
              expect([known.hash1, known.hash2]).toEqual([plain.hash1, plain.hash2]);
              expect(whole(scanner)).toEqual(whole(plain));
            } else {
              scanner.scan(bytes, 0, bytes.length);
              known.add(bytes, 0, bytes.length, scanner);
            }
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(matched).toBeGreaterThan(2000);
  });

  it('knows a shape whose text begins with a number, and one of several that begin alike', () => {
    const known = new KnownShapes();
    const scanner = new ShapeScanner(key, 512);
    const teach = (text: string): boolean => {
      const bytes = encode(text);
      if (known.match(bytes, 0, bytes.length, scanner)) return true;
      scanner.scan(bytes, 0, bytes.length);
      known.add(bytes, 0, bytes.length, scanner);
      return false;
    };
    expect(['10.0.0.1 served 5', 'user 1 in', 'user 1 out', 'user 1 away'].map(teach)).toEqual([false, false, false, false]);
    expect(['10.0.0.77 served 5123', 'user 34 in', 'user 9 out', 'user 1 away', 'user x away'].map(teach)).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it('stops comparing where lines never have a known shape, until the next batch', () => {
    const known = new KnownShapes();
    const scanner = new ShapeScanner(key, 512);
    const bytes = encode('abc def 7');
    for (let i = 0; i < 300; i++) known.match(bytes, 0, bytes.length, scanner);
    scanner.scan(bytes, 0, bytes.length);
    known.add(bytes, 0, bytes.length, scanner);
    expect(known.match(bytes, 0, bytes.length, scanner)).toBe(false);
    known.beginBatch();
    known.add(bytes, 0, bytes.length, scanner);
    expect(known.match(bytes, 0, bytes.length, scanner)).toBe(true);
  });
});
