import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyslogFramer } from './framing.ts';

function frame(stream: Uint8Array, pieces: number, maxBytes = 1000): { messages: string[]; oversized: number; skipped: number } {
  const counters = { oversized: 0, skipped_bytes: 0 };
  const framer = new SyslogFramer(maxBytes, counters);
  const messages: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += pieces) messages.push(...framer.push(stream.subarray(at, at + pieces)));
  messages.push(...framer.finish());
  return {
    messages: messages.map((message) => Buffer.from(message).toString('latin1')),
    oversized: counters.oversized,
    skipped: counters.skipped_bytes,
  };
}

const payload = fc.uint8Array({ minLength: 1, maxLength: 200 }).filter((bytes) => (bytes.at(-1) as number) > 13);

describe('SyslogFramer', () => {
  it('gives octet-counted messages with any bytes in them, for any piece size', () => {
    fc.assert(
      fc.property(fc.array(payload, { minLength: 1 }), fc.integer({ min: 1, max: 300 }), (payloads, pieces) => {
        const stream = Buffer.concat(payloads.map((bytes) => Buffer.concat([Buffer.from(`${bytes.length} `), bytes])));
        expect(frame(stream, pieces).messages).toEqual(payloads.map((bytes) => Buffer.from(bytes).toString('latin1')));
      }),
    );
  });

  it('gives lines, the last one without a line break too', () => {
    expect(frame(Buffer.from('<13>one\r\n\n<14>two\n<15>three'), 3).messages).toEqual(['<13>one', '<14>two', '<15>three']);
  });

  it('cuts long messages in both framings and finds the next', () => {
    const long = 'x'.repeat(5000);
    expect(frame(Buffer.from(`5000 ${long}3 abc`), 77)).toEqual({ messages: [long.slice(0, 1000), 'abc'], oversized: 1, skipped: 4000 });
    expect(frame(Buffer.from(`<1>${long}\nabc\n`), 77)).toEqual({
      messages: [`<1>${long}`.slice(0, 1000), 'abc'],
      oversized: 1,
      skipped: 4004,
    });
  });

  it('holds little, whatever length is claimed', () => {
    const { messages, oversized } = frame(Buffer.concat([Buffer.from('9999999999 '), Buffer.alloc(100_000, 97)]), 1000);
    expect([messages.length, messages[0]?.length, oversized]).toEqual([1, 1000, 1]);
    expect(frame(Buffer.from('99999999999999999999 <13>x\n<14>y\n'), 5).messages.at(-1)).toBe('<14>y');
  });

  it('takes random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), fc.integer({ min: 1, max: 100 }), (bytes, pieces) => {
        for (const message of frame(bytes, pieces, 100).messages) expect(message.length).toBeLessThanOrEqual(100);
      }),
    );
  });
});
