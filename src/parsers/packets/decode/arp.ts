import type { PacketColumns } from '../columns.ts';

/** ARP for IPv4 over Ethernet: sender and target as source and destination, the operation as `icmpType`, the message as payload. */
export function readArp(columns: PacketColumns, row: number, at: number, end: number): boolean {
  const { bytes, addresses } = columns;
  if (end - at < 28) return false;
  if (bytes[at + 4] !== 6 || bytes[at + 5] !== 4) return true;
  columns.icmpType[row] = bytes[at + 7] as number;
  columns.payloadStart[row] = at;
  columns.payloadEnd[row] = at + 28;
  for (let i = 0; i < 4; i++) {
    const shift = 24 - i * 8;
    addresses[row * 8 + 3] = (addresses[row * 8 + 3] as number) | ((bytes[at + 14 + i] as number) << shift);
    addresses[row * 8 + 7] = (addresses[row * 8 + 7] as number) | ((bytes[at + 24 + i] as number) << shift);
  }
  addresses[row * 8 + 2] = 0xffff;
  addresses[row * 8 + 6] = 0xffff;
  return true;
}
