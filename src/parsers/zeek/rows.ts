import type { SensorRow } from '../sensor/batch.ts';
import { type Fields, number, port, protocolNumber, text, whole, without } from '../sensor/fields.ts';
import type { LineResult } from '../sensor/lines.ts';

/** Zeek writes `id.orig_h`; some exporters turn the dot into an underscore. */
const SOURCE = ['id.orig_h', 'id_orig_h', 'src'];
const SOURCE_PORT = ['id.orig_p', 'id_orig_p'];
const DESTINATION = ['id.resp_h', 'id_resp_h', 'dst'];
const DESTINATION_PORT = ['id.resp_p', 'id_resp_p', 'p'];
const TAKEN = ['ts', '_path', '@stream', ...SOURCE, ...SOURCE_PORT, ...DESTINATION, ...DESTINATION_PORT, 'proto'];

function row(kind: SensorRow['kind'], fields: Fields, values: SensorRow['values'], taken: readonly string[] = []): LineResult {
  const time = timeOf(fields);
  if (time === undefined) return { reason: 'it has no time in ts' };
  return {
    kind,
    values: {
      time,
      sourceAddress: text(fields, ...SOURCE),
      sourcePort: port(fields, ...SOURCE_PORT),
      destinationAddress: text(fields, ...DESTINATION),
      destinationPort: port(fields, ...DESTINATION_PORT),
      protocol: protocolNumber(text(fields, 'proto')),
      ...values,
    },
    attributes: without(fields, new Set([...TAKEN, ...taken])),
  };
}

/** Seconds since 1970 with a fraction, or ISO 8601. */
function timeOf(fields: Fields): number | undefined {
  const seconds = number(fields, 'ts');
  if (seconds !== undefined) return Math.abs(seconds) < 8e12 ? Math.round(seconds * 1e6) : undefined;
  const iso = Date.parse((text(fields, 'ts') ?? '').slice(0, 40));
  return Number.isNaN(iso) ? undefined : iso * 1000;
}

function flow(fields: Fields): LineResult {
  const seconds = number(fields, 'duration');
  const values = {
    durationMicros: seconds === undefined ? undefined : Math.round(seconds * 1e6),
    forwardBytes: number(fields, 'orig_bytes'),
    backwardBytes: number(fields, 'resp_bytes'),
    forwardPackets: number(fields, 'orig_pkts'),
    backwardPackets: number(fields, 'resp_pkts'),
    state: text(fields, 'conn_state'),
  };
  return row('flow', fields, values, ['duration', 'orig_bytes', 'resp_bytes', 'orig_pkts', 'resp_pkts', 'conn_state']);
}

function dns(fields: Fields): LineResult {
  const values = {
    query: text(fields, 'query'),
    queryType: text(fields, 'qtype_name', 'qtype'),
    responseCode: text(fields, 'rcode_name', 'rcode'),
  };
  return row('dns', fields, values, ['query', 'qtype_name', 'rcode_name']);
}

function http(fields: Fields): LineResult {
  const values = {
    protocol: 6,
    method: text(fields, 'method'),
    host: text(fields, 'host'),
    path: text(fields, 'uri'),
    status: whole(fields, 'status_code'),
    userAgent: text(fields, 'user_agent'),
    responseBytes: number(fields, 'response_body_len'),
  };
  return row('http', fields, values, ['method', 'host', 'uri', 'status_code', 'user_agent', 'response_body_len']);
}

function tls(fields: Fields): LineResult {
  const values = {
    protocol: 6,
    serverName: text(fields, 'server_name'),
    version: text(fields, 'version'),
    ja3: text(fields, 'ja3'),
    ja4: text(fields, 'ja4'),
  };
  return row('tls', fields, values, ['server_name', 'version', 'ja3', 'ja4']);
}

/** A log-in over SSH: its flow, with the client, server and outcome as attributes. */
function ssh(fields: Fields): LineResult {
  return row('flow', fields, {
    protocol: 6,
    state: text(fields, 'auth_success') === 'true' || text(fields, 'auth_success') === 'T' ? 'ssh-success' : 'ssh',
  });
}

function notice(fields: Fields, path: string): LineResult {
  const rule = text(fields, 'note', 'name');
  return row('signature', fields, {
    host: text(fields, 'peer_descr', 'peer'),
    engine: 'zeek',
    rule,
    ruleId: `${path}:${rule ?? ''}`,
    severity: path === 'weird' ? 20 : 50,
  });
}

const ADDRESSES: Readonly<Record<string, string>> = {
  id_orig_h: 'id.orig_h',
  id_orig_p: 'id.orig_p',
  id_resp_h: 'id.resp_h',
  id_resp_p: 'id.resp_p',
};

/** A log without columns of its own: an event of the host it is about, with all its fields as attributes. */
export function general(fields: Fields, path: string): LineResult {
  const time = timeOf(fields);
  if (time === undefined) return { reason: 'it has no time in ts' };
  const named = Object.entries(without(fields, new Set(['ts', '@stream']))).map(
    ([name, value]) => [ADDRESSES[name] ?? name, value] as const,
  );
  return {
    kind: 'host',
    values: {
      time,
      host: text(fields, ...SOURCE, 'client_addr', 'orig_h', 'host', 'tx_hosts', 'peer', 'node'),
      action: path === '' ? 'zeek' : path,
      user: text(fields, 'username', 'user', 'client', 'cookie'),
    },
    attributes: { ...Object.fromEntries(named), _path: path },
  };
}

/** By `#path`, `_path` or the name of the log. */
export const ROWS: Readonly<Record<string, (fields: Fields, path: string) => LineResult>> = {
  conn: flow,
  dns,
  http,
  ssl: tls,
  ssh,
  notice,
  weird: notice,
};
