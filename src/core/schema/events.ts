import type { ColumnSchema, EventKind, EventSchema } from './column.ts';

const time: ColumnSchema = { name: 'time', type: 'time', unit: 'us', ecs: '@timestamp', description: 'when it happened' };
const host: ColumnSchema = { name: 'host', type: 'dict', ecs: 'host.name', description: 'the host it happened on' };
const attributes: ColumnSchema = { name: 'attributes', type: 'json', description: 'fields without a column of their own' };
const endpoints: readonly ColumnSchema[] = [
  { name: 'sourceAddress', type: 'ip', ecs: 'source.ip', description: 'initiator address' },
  { name: 'sourcePort', type: 'i32', ecs: 'source.port', description: 'initiator port' },
  { name: 'destinationAddress', type: 'ip', ecs: 'destination.ip', description: 'responder address' },
  { name: 'destinationPort', type: 'i32', ecs: 'destination.port', description: 'responder port' },
  { name: 'protocol', type: 'i32', ecs: 'network.iana_number', description: 'IANA protocol number' },
];

/** One schema per kind of event; stores, JSON, DDL and docs are derived from these. */
export const EVENT_SCHEMAS: Readonly<Record<EventKind, EventSchema>> = {
  log: {
    kind: 'log',
    summary: 'a line or record of a log',
    columns: [
      time,
      host,
      { name: 'component', type: 'dict', ecs: 'process.name', description: 'program, class or unit that wrote the line' },
      { name: 'pid', type: 'i32', ecs: 'process.pid', description: 'process or thread id printed in the header' },
      { name: 'level', type: 'dict', ecs: 'log.level', description: 'severity as printed' },
      { name: 'message', type: 'text', ecs: 'message', description: 'the content after the header' },
      { name: 'template', type: 'i32', description: "index of the line's template in its miner, -1 before mining" },
      { name: 'parameters', type: 'spans', description: 'the variable parts, in order of the wildcards of the template' },
      attributes,
    ],
  },
  packet: {
    kind: 'packet',
    summary: 'a captured packet',
    columns: [
      time,
      ...endpoints,
      { name: 'bytes', type: 'i32', unit: 'By', ecs: 'network.bytes', description: 'length on the wire' },
      { name: 'payloadBytes', type: 'i32', unit: 'By', description: 'length above the transport header' },
      { name: 'tcpFlags', type: 'i32', description: 'TCP flag bits' },
    ],
  },
  flow: {
    kind: 'flow',
    summary: 'a bidirectional flow; forward is initiator to responder',
    columns: [
      time,
      ...endpoints,
      { name: 'durationMicros', type: 'f64', unit: 'us', ecs: 'event.duration', description: 'last packet minus first' },
      { name: 'forwardBytes', type: 'f64', unit: 'By', ecs: 'source.bytes', description: 'bytes sent by the initiator' },
      { name: 'backwardBytes', type: 'f64', unit: 'By', ecs: 'destination.bytes', description: 'bytes sent by the responder' },
      { name: 'forwardPackets', type: 'f64', unit: '{packet}', ecs: 'source.packets', description: 'packets sent by the initiator' },
      { name: 'backwardPackets', type: 'f64', unit: '{packet}', ecs: 'destination.packets', description: 'packets sent by the responder' },
      { name: 'state', type: 'dict', description: 'how the flow ended' },
      attributes,
    ],
  },
  dns: {
    kind: 'dns',
    summary: 'a DNS question with its answer',
    columns: [
      time,
      ...endpoints,
      { name: 'query', type: 'dict', ecs: 'dns.question.name', description: 'name asked for' },
      { name: 'queryType', type: 'dict', ecs: 'dns.question.type', description: 'record type' },
      { name: 'responseCode', type: 'dict', ecs: 'dns.response_code', description: 'RCODE' },
      { name: 'answerBytes', type: 'i32', unit: 'By', description: 'length of the answer' },
      attributes,
    ],
  },
  http: {
    kind: 'http',
    summary: 'an HTTP request with its response',
    columns: [
      time,
      ...endpoints,
      { name: 'method', type: 'dict', ecs: 'http.request.method', description: 'request method' },
      { name: 'host', type: 'dict', ecs: 'url.domain', description: 'Host header' },
      { name: 'path', type: 'text', ecs: 'url.original', description: 'request target' },
      { name: 'status', type: 'i32', ecs: 'http.response.status_code', description: 'status code' },
      { name: 'userAgent', type: 'dict', ecs: 'user_agent.original', description: 'User-Agent header' },
      { name: 'responseBytes', type: 'f64', unit: 'By', ecs: 'http.response.body.bytes', description: 'length of the response body' },
      attributes,
    ],
  },
  tls: {
    kind: 'tls',
    summary: 'a TLS handshake',
    columns: [
      time,
      ...endpoints,
      { name: 'serverName', type: 'dict', ecs: 'tls.client.server_name', description: 'SNI' },
      { name: 'version', type: 'dict', ecs: 'tls.version', description: 'negotiated version' },
      { name: 'ja3', type: 'dict', ecs: 'tls.client.ja3', description: 'JA3 of the client hello' },
      { name: 'ja4', type: 'dict', description: 'JA4 of the client hello' },
      attributes,
    ],
  },
  host: {
    kind: 'host',
    summary: 'something a host reports about itself, or a sensor about a host: a login, a process, a file, a certificate',
    columns: [
      time,
      host,
      { name: 'action', type: 'dict', ecs: 'event.action', description: 'what happened' },
      { name: 'user', type: 'dict', ecs: 'user.name', description: 'account' },
      { name: 'process', type: 'dict', ecs: 'process.name', description: 'program' },
      { name: 'pid', type: 'i32', ecs: 'process.pid', description: 'process id' },
      { name: 'commandLine', type: 'text', ecs: 'process.command_line', description: 'command line' },
      attributes,
    ],
  },
  syscall: {
    kind: 'syscall',
    summary: 'a system call',
    columns: [
      time,
      host,
      { name: 'pid', type: 'i32', ecs: 'process.pid', description: 'process id' },
      { name: 'process', type: 'dict', ecs: 'process.name', description: 'program' },
      { name: 'call', type: 'dict', description: 'name or number of the call' },
      { name: 'result', type: 'f64', description: 'return value' },
      attributes,
    ],
  },
  metric: {
    kind: 'metric',
    summary: 'a reading of a device or counter',
    columns: [
      time,
      { name: 'series', type: 'dict', description: 'name of the series' },
      { name: 'entity', type: 'dict', ecs: 'host.name', description: 'device or host it belongs to' },
      { name: 'value', type: 'f64', description: 'the reading, in the unit of the series' },
      { name: 'type', type: 'dict', description: 'gauge, counter or delta' },
      attributes,
    ],
  },
  signature: {
    kind: 'signature',
    summary: 'a finding of a signature engine (misuse detection)',
    columns: [
      time,
      host,
      ...endpoints,
      { name: 'engine', type: 'dict', ecs: 'observer.product', description: 'who found it' },
      { name: 'rule', type: 'dict', ecs: 'rule.name', description: 'rule name' },
      { name: 'ruleId', type: 'dict', ecs: 'rule.id', description: 'rule id' },
      { name: 'severity', type: 'i32', ecs: 'event.severity', description: '0-100' },
      { name: 'technique', type: 'dict', ecs: 'threat.technique.id', description: 'ATT&CK technique' },
      attributes,
    ],
  },
};
