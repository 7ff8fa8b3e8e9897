import type { SensorRow } from '../sensor/batch.ts';
import { type Fields, inner, isFields, number, port, protocolNumber, text, whole, without } from '../sensor/fields.ts';
import type { LineResult } from '../sensor/lines.ts';

const COMMON = new Set(['timestamp', 'event_type', 'src_ip', 'src_port', 'dest_ip', 'dest_port', 'proto', 'pcap_cnt']);
/** Suricata's 1 (highest) to 4 on the scale 0..100. */
const SEVERITY = [75, 75, 50, 25, 10];

/** Microseconds of `2021-06-06T15:59:46.457984+0200`, exact to the microsecond; UTC where an exporter dropped the zone. */
export function eveTime(value: string | undefined): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/.exec(value ?? '');
  if (match === null) return Number.NaN;
  const [, , , offset = 'Z'] = match;
  const zone = offset === 'Z' ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(-2)}`;
  return Date.parse(`${match[1]}${zone}`) * 1000 + Number((match[2] ?? '').padEnd(6, '0').slice(0, 6));
}

function row(kind: SensorRow['kind'], event: Fields, values: SensorRow['values'], taken: readonly string[]): LineResult {
  const time = eveTime(text(event, 'timestamp'));
  if (Number.isNaN(time)) return { reason: 'it has no timestamp' };
  return {
    kind,
    values: {
      time,
      sourceAddress: text(event, 'src_ip'),
      sourcePort: port(event, 'src_port'),
      destinationAddress: text(event, 'dest_ip'),
      destinationPort: port(event, 'dest_port'),
      protocol: protocolNumber(text(event, 'proto')),
      ...values,
    },
    attributes: without(event, new Set([...COMMON, ...taken])),
  };
}

function signature(event: Fields, values: SensorRow['values']): LineResult {
  return row('signature', event, { host: text(event, 'host', 'sensor_name'), engine: 'suricata', ...values }, ['host']);
}

export function alertRow(event: Fields): LineResult {
  const alert = inner(event, 'alert');
  const level = number(alert, 'severity');
  return signature(event, {
    rule: text(alert, 'signature'),
    ruleId: [text(alert, 'gid') ?? '1', text(alert, 'signature_id')].join(':'),
    severity: level === undefined ? undefined : (SEVERITY[level] ?? 10),
    technique: techniqueOf(inner(alert, 'metadata')),
  });
}

/** `mitre_technique_id: ["T1059"]` of the rule's metadata. */
function techniqueOf(metadata: Fields): string | undefined {
  const value = Object.hasOwn(metadata, 'mitre_technique_id') ? metadata.mitre_technique_id : undefined;
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' && /^T\d{4}(\.\d{3})?$/.test(first) ? first : undefined;
}

export function anomalyRow(event: Fields): LineResult {
  const anomaly = inner(event, 'anomaly');
  const name = text(anomaly, 'event', 'code');
  return signature(event, { rule: name, ruleId: `anomaly:${text(anomaly, 'type') ?? ''}:${name ?? ''}`, severity: 20 });
}

export function fileRow(event: Fields): LineResult {
  const file = inner(event, 'fileinfo');
  return signature(event, { rule: `file ${text(file, 'filename') ?? ''}`.trim(), ruleId: 'fileinfo', severity: 0 });
}

export function flowRow(event: Fields): LineResult {
  const flow = isFields(event.flow) ? event.flow : inner(event, 'netflow');
  const start = eveTime(text(flow, 'start'));
  const end = eveTime(text(flow, 'end'));
  return row(
    'flow',
    event,
    {
      ...(Number.isNaN(start) ? {} : { time: start }),
      durationMicros: Number.isNaN(end - start) ? undefined : end - start,
      forwardBytes: number(flow, 'bytes_toserver', 'bytes'),
      backwardBytes: number(flow, 'bytes_toclient'),
      forwardPackets: number(flow, 'pkts_toserver', 'pkts'),
      backwardPackets: number(flow, 'pkts_toclient'),
      state: text(flow, 'state'),
    },
    [],
  );
}

export function dnsRow(event: Fields): LineResult {
  const dns = inner(event, 'dns');
  const queries = Array.isArray(dns.queries) ? dns.queries.filter(isFields) : [];
  const question = queries[0] ?? dns;
  return row('dns', event, { query: text(question, 'rrname'), queryType: text(question, 'rrtype'), responseCode: text(dns, 'rcode') }, []);
}

export function httpRow(event: Fields): LineResult {
  const http = inner(event, 'http');
  return row(
    'http',
    event,
    {
      method: text(http, 'http_method'),
      host: text(http, 'hostname'),
      path: text(http, 'url'),
      status: whole(http, 'status'),
      userAgent: text(http, 'http_user_agent'),
      responseBytes: number(http, 'length'),
    },
    [],
  );
}

export function tlsRow(event: Fields): LineResult {
  const tls = inner(event, 'tls');
  return row(
    'tls',
    event,
    { serverName: text(tls, 'sni'), version: text(tls, 'version'), ja3: text(inner(tls, 'ja3'), 'hash'), ja4: text(tls, 'ja4') },
    [],
  );
}
