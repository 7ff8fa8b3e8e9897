import { EXTRA_COLUMNS, FLOW_VALUES } from './columns.ts';
import { communityId } from './community-id.ts';
import type { FlowApplication, FlowRecord } from './record.ts';

const WIDTH = FLOW_VALUES.length;
const VALUE_AT = new Map<string, number>(FLOW_VALUES.map((name, i) => [name, i]));
const ICMP = ['ICMP Type', 'ICMP Code'].map((name) => VALUE_AT.get(name) as number) as [number, number];

const APPLICATION: Readonly<Record<string, keyof FlowApplication>> = {
  'DNS Query': 'dnsQuery',
  'DNS Type': 'dnsType',
  'DNS Code': 'dnsCode',
  'TLS SNI': 'serverName',
  JA3: 'ja3',
  JA4: 'ja4',
  'HTTP Method': 'httpMethod',
  'HTTP Host': 'httpHost',
  'HTTP User Agent': 'httpUserAgent',
};
const CODES: readonly string[] = ['DNS Type', 'DNS Code'];

/** A column as a table of flows would have it. */
export type MeasuredColumn =
  | { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }
  | { readonly name: string; readonly kind: 'text'; readonly values: readonly string[] };

/** Names and kinds of all columns of metered flows, as their CSV has them; but for those that say who spoke to whom when. */
export const MEASURED_KINDS: ReadonlyMap<string, MeasuredColumn['kind']> = new Map([
  ...FLOW_VALUES.map((name) => [name, 'number'] as const),
  ...EXTRA_COLUMNS.map((name) => [name, CODES.includes(name) ? 'number' : 'text'] as const),
]);

/** All columns of finished flows, gathered row by row. */
export class MeasuredFlows {
  readonly #values: number[] = [];
  readonly #rows: {
    readonly state: string;
    readonly reason: string;
    readonly application: FlowApplication | undefined;
    readonly community: string;
  }[] = [];

  add(flow: FlowRecord): void {
    for (let i = 0; i < WIDTH; i++) this.#values.push(flow.values[i] as number);
    const community = communityId(flow, flow.values[ICMP[0]] as number, flow.values[ICMP[1]] as number);
    this.#rows.push({ state: flow.state, reason: flow.reason, application: flow.application && { ...flow.application }, community });
  }

  /** undefined for a name that is none of MEASURED_KINDS. */
  column(name: string): MeasuredColumn | undefined {
    const at = VALUE_AT.get(name);
    const values = this.#values;
    if (at !== undefined)
      return {
        name,
        kind: 'number',
        values: Float64Array.from({ length: this.#rows.length }, (_, row) => values[row * WIDTH + at] as number),
      };
    if (!MEASURED_KINDS.has(name)) return undefined;
    const key = APPLICATION[name];
    const told = (row: number) => (key === undefined ? undefined : this.#rows[row]?.application?.[key]);
    const rows = this.#rows.map((_, row) => row);
    if (CODES.includes(name)) return { name, kind: 'number', values: Float64Array.from(rows, (row) => Number(told(row) ?? Number.NaN)) };
    const text = (row: number): string => {
      const one = this.#rows[row];
      if (name === 'TCP State') return one?.state ?? '';
      if (name === 'End Reason') return one?.reason ?? '';
      return name === 'Community ID' ? (one?.community ?? '') : String(told(row) ?? '');
    };
    return { name, kind: 'text', values: rows.map(text) };
  }
}
