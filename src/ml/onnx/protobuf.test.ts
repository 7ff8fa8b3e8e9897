import { describe, expect, it } from 'vitest';
import { ProtobufWriter } from './protobuf.ts';

const hex = (writer: ProtobufWriter) => Buffer.from(writer.finish()).toString('hex');

/** Byte sequences of the encoding guide of Protocol Buffers. */
describe('ProtobufWriter', () => {
  it('writes integers as varints', () => {
    expect(hex(new ProtobufWriter().integer(1, 150))).toBe('089601');
    expect(hex(new ProtobufWriter().integer(1, 0))).toBe('0800');
    expect(hex(new ProtobufWriter().integer(1, -2))).toBe('08feffffffffffffffff01');
    expect(hex(new ProtobufWriter().integer(20, 2 ** 40))).toBe('a001808080808020');
  });

  it('writes texts, floats and messages with their length', () => {
    expect(hex(new ProtobufWriter().string(2, 'testing'))).toBe('120774657374696e67');
    expect(hex(new ProtobufWriter().float(2, 1))).toBe('150000803f');
    expect(hex(new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150)))).toBe('1a03089601');
  });

  it('grows', () => {
    const long = new Uint8Array(100_000).fill(7);
    expect(new ProtobufWriter().bytes(1, long).finish().subarray(4)).toEqual(long);
  });
});
