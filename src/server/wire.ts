import type { AlertWrite } from '../store/index.ts';

/** An alert write as JSON: the row as base64. */
export function encodeWrites(writes: readonly AlertWrite[]): { alert: unknown; row: string }[] {
  return writes.map(({ alert, row }) => ({ alert, row: Buffer.from(row).toString('base64') }));
}

/** The alert itself was made by this program on this machine's home. */
export function decodeWrites(writes: readonly { alert: unknown; row: string }[]): AlertWrite[] {
  return writes.map(({ alert, row }) => ({ alert: alert as AlertWrite['alert'], row: new Uint8Array(Buffer.from(row, 'base64')) }));
}
