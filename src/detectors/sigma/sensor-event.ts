import { addressAt, type DictColumn, dictAt, type EventBatch, type TextColumn, textAt } from '../../core/index.ts';
import type { LogEvent } from './log-event.ts';
import type { EventSource } from './log-source.ts';

/** Columns of sensor events -> the names that Zeek gives them; rules of categories find them by alias. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  sourceAddress: ['id.orig_h', 'src_ip'],
  sourcePort: ['id.orig_p', 'src_port'],
  destinationAddress: ['id.resp_h', 'dst_ip', 'dest_ip'],
  destinationPort: ['id.resp_p', 'dst_port', 'dest_port'],
  query: ['query'],
  queryType: ['qtype_name'],
  responseCode: ['rcode_name'],
  method: ['method'],
  host: ['host'],
  path: ['uri'],
  status: ['status_code'],
  userAgent: ['user_agent'],
  serverName: ['server_name'],
  rule: ['note', 'signature'],
  state: ['conn_state'],
};

const SENSOR: Partial<Record<EventBatch['kind'], Pick<EventSource, 'categories' | 'services'>>> = {
  dns: { categories: ['dns', 'dns_query'], services: ['dns'] },
  http: { categories: ['proxy', 'webserver'], services: ['http'] },
  flow: { categories: ['firewall', 'network_connection'], services: ['conn'] },
  tls: { categories: [], services: ['ssl', 'x509'] },
  signature: { categories: [], services: ['notice'] },
};

/** Row of a sensor's batch -> fields under Zeek's names and the sensor's own. */
export function sensorEventOf(batch: EventBatch, row: number): LogEvent {
  const fields: Record<string, unknown> = { ...parsed(textAt(batch.columns.attributes as TextColumn, row)) };
  // a log without columns of its own: its name is the service that rules are for
  if (batch.kind === 'host') return { fields, source: { products: ['zeek'], categories: [], services: [String(fields._path ?? '')] } };
  for (const [column, names] of Object.entries(NAMES)) {
    const value = valueAt(batch.columns[column], row);
    if (value !== undefined) for (const name of names) fields[name] = value;
  }
  const { categories = [], services = [] } = SENSOR[batch.kind] ?? {};
  return { fields, source: { products: [fields.flow_id === undefined ? 'zeek' : 'suricata'], categories, services } };
}

function valueAt(column: EventBatch['columns'][string] | undefined, row: number): string | number | undefined {
  if (column === undefined) return undefined;
  if (column instanceof Uint8Array) return addressAt(column, row) || undefined;
  if (column instanceof Int32Array) return (column[row] as number) < 0 ? undefined : column[row];
  if (column instanceof Float64Array) return Number.isNaN(column[row]) ? undefined : column[row];
  return 'codes' in column ? dictAt(column as DictColumn, row) : textAt(column, row) || undefined;
}

function parsed(json: string): Record<string, unknown> {
  if (json === '') return {};
  const value: unknown = JSON.parse(json);
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
