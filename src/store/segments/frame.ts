import { crc32 } from 'node:zlib';
import { type RecordBatch, VedetteError } from '../../core/index.ts';

/** Frame: u32 length of the payload, u32 CRC-32 of the payload, payload (all little endian). */
export const FRAME_HEADER = 8;

/** Payload: u32 length of a JSON header, the header, the record ends as u32, the record bytes. */
export function encodeBatch(batch: RecordBatch): Buffer {
  const { ends, bytes, ...header } = batch;
  const head = Buffer.from(JSON.stringify({ ...header, ends: ends?.length ?? -1 }));
  const endBytes = (ends?.length ?? 0) * 4;
  const payload = 4 + head.length + endBytes + bytes.length;
  const frame = Buffer.allocUnsafe(FRAME_HEADER + payload);
  frame.writeUInt32LE(payload, 0);
  let at = frame.writeUInt32LE(head.length, FRAME_HEADER);
  at += head.copy(frame, at);
  for (let i = 0; i < endBytes / 4; i++) at = frame.writeUInt32LE(ends?.[i] as number, at);
  frame.set(bytes, at);
  frame.writeUInt32LE(crc32(frame.subarray(FRAME_HEADER)), 4);
  return frame;
}

/** Bytes of the whole frame at `at`, or 0 when what is there is torn or damaged. */
export function frameLength(buffer: Buffer, at: number): number {
  if (buffer.length - at < FRAME_HEADER) return 0;
  const length = buffer.readUInt32LE(at);
  const end = at + FRAME_HEADER + length;
  if (length < 4 || end > buffer.length) return 0;
  return crc32(buffer.subarray(at + FRAME_HEADER, end)) === buffer.readUInt32LE(at + 4) ? FRAME_HEADER + length : 0;
}

/** Reverses encodeBatch; the result owns its bytes. */
export function decodeBatch(frame: Buffer): RecordBatch {
  const headLength = frame.readUInt32LE(FRAME_HEADER);
  let at = FRAME_HEADER + 4;
  const head = JSON.parse(frame.toString('utf8', at, at + headLength)) as Omit<RecordBatch, 'ends' | 'bytes'> & { ends: number };
  at += headLength;
  const { ends: count, ...header } = head;
  if (!Number.isInteger(count) || at + Math.max(0, count) * 4 > frame.length)
    throw new VedetteError('STORE_CORRUPT', 'A segment entry contradicts itself');
  if (count < 0) return { ...header, bytes: Uint8Array.from(frame.subarray(at)) };
  const ends = new Uint32Array(count);
  for (let i = 0; i < count; i++) ends[i] = frame.readUInt32LE(at + i * 4);
  return { ...header, ends, bytes: Uint8Array.from(frame.subarray(at + count * 4)) };
}
