import { ARM_NAMES, armScores, fitNoveltyArms, NOVELTY_DEFAULTS, type NoveltyArms } from '../../detectors/flow-novelty/arms.ts';
import type { Fitted } from '../../detectors/flow-novelty/cross-fit.ts';
import { countPorts, type PortCounts, portCode, portRarity } from '../../detectors/flow-novelty/port-rarity.ts';
import type { FlowEncoding } from '../../features/index.ts';
import { protocolNumber } from '../../parsers/index.ts';
import { encodeValues } from './encode.ts';
import type { FlowTable } from './flow-table.ts';

/** What benign flows look like: the arms look at the encoded columns and, where flows have ports, at how rare theirs is. */
export interface NoveltyFit {
  readonly arms: NoveltyArms;
  readonly ports?: PortCounts;
}

/** Name of the column that follows the encoded ones. */
export const PORT_RARITY = 'rarity of the port';

export function havePorts(table: FlowTable, rows: readonly number[]): boolean {
  return rows.some((row) => !Number.isNaN(table.destinationPort[row]));
}

/** (rows, features), or (rows, features + 1) with the code of protocol and destination port as last column. */
export function noveltyValues(table: FlowTable, encoding: FlowEncoding, rows: readonly number[], ported: boolean): Float32Array {
  const plain = encodeValues(table, encoding, rows);
  if (!ported) return plain;
  const protocol = protocolsOf(table);
  const width = encoding.features.length;
  const values = new Float32Array(rows.length * (width + 1));
  for (const [i, row] of rows.entries()) {
    values.set(plain.subarray(i * width, (i + 1) * width), i * (width + 1));
    values[i * (width + 1) + width] = portCode(protocol(row), table.destinationPort[row] as number);
  }
  return values;
}

/** IANA number of a row's protocol, NaN where it is not told. */
function protocolsOf({ columns }: FlowTable): (row: number) => number {
  const column = columns.find(({ name }) => name === 'Protocol');
  if (column === undefined) return () => Number.NaN;
  if (column.kind === 'number') return (row) => column.values[row] as number;
  return (row) => protocolNumber(column.values[row]) ?? Number.NaN;
}

/** Fits the arms to rows of `noveltyValues`. */
export function noveltyScorer(
  columns: number,
  ported: boolean,
  random: () => number,
): (values: Float32Array) => Promise<Fitted<NoveltyFit>> {
  return async (values) => {
    const ports = ported ? countPorts(codesOf(values, columns)) : undefined;
    const arms = await fitNoveltyArms(withRarity(values, columns, ports), columns, NOVELTY_DEFAULTS, random);
    const model = { arms, ...(ports && { ports }) };
    return { model, score: (of) => noveltyOf(model, of) };
  };
}

/** Scores of rows of `noveltyValues`, one array for each arm. */
export async function noveltyOf({ arms, ports }: NoveltyFit, of: Float32Array): Promise<readonly Float64Array[]> {
  const scores = await armScores(arms, withRarity(of, arms.scaler.mean.length, ports), NOVELTY_DEFAULTS.neighbours);
  return ARM_NAMES.map((arm) => scores[arm]);
}

function* codesOf(values: Float32Array, columns: number): Generator<number> {
  for (let at = columns - 1; at < values.length; at += columns) yield values[at] as number;
}

/** The code of the port replaced by its rarity. */
export function withRarity(values: Float32Array, columns: number, ports: PortCounts | undefined): Float32Array {
  if (ports === undefined) return values;
  const out = values.slice();
  for (let at = columns - 1; at < out.length; at += columns) out[at] = portRarity(ports, out[at] as number);
  return out;
}
