import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** Zeros, compressed to about a thousandth. */
export function gzipBomb(bytes: number): Buffer {
  return gzipSync(Buffer.alloc(bytes), { level: 9 });
}

/** One file of zeros in a zip. */
export function zipBomb(bytes: number): Buffer {
  const content = Buffer.alloc(bytes);
  const packed = deflateRawSync(content, { level: 9 });
  const name = Buffer.from('bomb.log');
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(bytes, 18);
  common.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
  const entry = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), name]);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(entry.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, entry, end]);
}

const BLOCK = 128 * 1024;

/** A zstd frame of blocks that each repeat one zero (RFC 8878, 3.1.1.2.2): four bytes stand for 128 KiB. */
export function zstdBomb(bytes: number): Buffer {
  const blocks = Math.ceil(bytes / BLOCK);
  const frame = Buffer.alloc(6 + 4 * blocks);
  frame.writeUInt32LE(0xfd2fb528, 0);
  // No content size, no checksum; a window of 1 MiB.
  frame[5] = 10 << 3;
  for (let i = 0; i < blocks; i++) frame.writeUIntLE((i === blocks - 1 ? 1 : 0) | (1 << 1) | (BLOCK << 3), 6 + 4 * i, 3);
  return frame;
}
