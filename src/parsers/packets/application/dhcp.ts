import type { ApplicationEvent } from '../../../core/index.ts';

const COOKIE = 236;

/** Message type (1 discover, 3 request …) and client hardware address of a DHCP message. */
export function readDhcp(bytes: Uint8Array, start: number, end: number, row: number): ApplicationEvent | undefined {
  if (end - start < COOKIE + 4) return undefined;
  const cookie = start + COOKIE;
  if (bytes[cookie] !== 0x63 || bytes[cookie + 1] !== 0x82 || bytes[cookie + 2] !== 0x53 || bytes[cookie + 3] !== 0x63) return undefined;
  const client = Array.from(bytes.subarray(start + 28, start + 34), (byte) => byte.toString(16).padStart(2, '0')).join(':');
  let at = cookie + 4;
  while (at + 2 <= end) {
    const code = bytes[at] as number;
    if (code === 0) {
      at++;
      continue;
    }
    if (code === 255) break;
    if (code === 53 && at + 2 < end) return { kind: 'dhcp', row, message: bytes[at + 2] as number, client };
    at += 2 + (bytes[at + 1] as number);
  }
  return { kind: 'dhcp', row, message: 0, client };
}
