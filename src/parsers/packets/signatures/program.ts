/**
 * Whether bytes from `at` begin a program of Windows: the DOS header, and the PE header it points to where the segment reaches so far,
 * else the sentence that linkers put between the two.
 */
export function isProgram(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x4d || bytes[at + 1] !== 0x5a || bytes.length < at + 64) return false;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const pe = view.readUInt32LE(at + 60);
  if (pe >= 64 && at + pe + 4 <= view.length) return view.readUInt32BE(at + pe) === 0x50450000;
  return view.subarray(at + 64, at + 256).includes('DOS mode');
}
