import type { GroupBatch } from '../../core/index.ts';
import { type PortCounts, portCode, portRarity } from '../flow-novelty/port-rarity.ts';

/** Of a flow alone. */
export const PLAIN_COLUMNS = [
  'TCP',
  'UDP',
  'duration in ms',
  'packets out',
  'packets in',
  'bytes out',
  'bytes in',
  'bytes a packet out',
  'bytes a packet in',
  'unanswered',
  'packets a second',
] as const;

/** What the arms look at. */
export const ENCODED_COLUMNS = [...PLAIN_COLUMNS, 'rarity of the port'] as const;

/** Columns by name as a source of flows gives them (features/pairs); one it lacks counts as absent. */
const RAW = ['protocol', 'destination port', 'duration ms', 'bytes out', 'bytes in', 'packets out', 'packets in'] as const;
export const RAW_COLUMNS = RAW.length;

const TCP = 6;
const UDP = 17;

/** Members of all groups, (members, RAW_COLUMNS). */
export function rawValues({ columns, values }: GroupBatch): Float32Array {
  const at = RAW.map((name) => columns.indexOf(name));
  if (at.every((column, i) => column === i) && columns.length === RAW.length) return values;
  const members = values.length / columns.length;
  const out = new Float32Array(members * RAW.length);
  for (let m = 0; m < members; m++) {
    for (const [i, column] of at.entries()) {
      out[m * RAW.length + i] = column < 0 ? Number.NaN : (values[m * columns.length + column] as number);
    }
  }
  return out;
}

/** `portCode` of each raw row. */
export function* portCodes(raw: Float32Array): Generator<number> {
  for (let at = 0; at < raw.length; at += RAW_COLUMNS) yield portCode(raw[at] as number, raw[at + 1] as number);
}

/** Learnt flows to the port of each raw row. */
export function seenPorts(raw: Float32Array, { counts }: PortCounts): number[] {
  return Array.from(portCodes(raw), (code) => counts.get(code) ?? 0);
}

/** (rows, ENCODED_COLUMNS); without ports (rows, PLAIN_COLUMNS). */
export function encodeFlows(raw: Float32Array, ports?: PortCounts): Float32Array {
  const width = ports === undefined ? PLAIN_COLUMNS.length : ENCODED_COLUMNS.length;
  const rows = raw.length / RAW_COLUMNS;
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const from = row * RAW_COLUMNS;
    const [protocol, port, durationMs, bytesOut, bytesIn, packetsOut, packetsIn] = raw.subarray(from, from + RAW_COLUMNS) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const plain = [
      protocol === TCP ? 1 : 0,
      protocol === UDP ? 1 : 0,
      durationMs,
      packetsOut,
      packetsIn,
      bytesOut,
      bytesIn,
      packetsOut > 0 ? bytesOut / packetsOut : 0,
      packetsIn > 0 ? bytesIn / packetsIn : 0,
      packetsIn > 0 ? 0 : 1,
      // a flow of a single packet lasts no time
      (packetsOut + packetsIn) / Math.max(durationMs / 1000, 1e-3),
    ];
    out.set(plain, row * width);
    if (ports === undefined) continue;
    out[row * width + PLAIN_COLUMNS.length] = portRarity(ports, portCode(protocol, port));
  }
  return out;
}
