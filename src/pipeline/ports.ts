import type { Config } from '../config/index.ts';

/** Where a source, or the program itself, takes something from the network. */
export interface ListeningPort {
  readonly transport: 'tcp' | 'udp';
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** Where it is configured: `tenants.default.sources[0].udpPort`. */
  readonly at: string;
  readonly tenant: string;
  /** Of the source, or `the control API`. */
  readonly by: string;
}

const OVER_HTTP = new Set(['http', 'metrics-http', 'capture-chunks']);
const OVER_UDP = new Set(['flow-export']);

/** Every port that a configuration listens on. */
export function listeningPorts(config: Config): readonly ListeningPort[] {
  const api = addressOf(config.listen);
  const ports: ListeningPort[] = [{ transport: 'tcp', ...api, at: 'listen', tenant: '', by: 'the control API' }];
  for (const [tenant, { sources }] of Object.entries(config.tenants))
    for (const [index, source] of sources.entries()) ports.push(...portsOf({ ...source }, tenant, `tenants.${tenant}.sources[${index}]`));
  return ports;
}

/** Where a source waits for senders; empty for one that reads or asks. */
export function portsOf(source: Readonly<Record<string, unknown>>, tenant = '', at = ''): ListeningPort[] {
  const { type, name: by, host = '127.0.0.1', port, udpPort, tcpPort, tls } = source;
  const found: ListeningPort[] = [];
  const add = (transport: 'tcp' | 'udp', key: string, value: unknown): void => {
    if (typeof value === 'number') found.push({ transport, host: String(host), port: value, at: `${at}.${key}`, tenant, by: String(by) });
  };
  if (OVER_HTTP.has(String(type))) add('tcp', 'port', port);
  if (OVER_UDP.has(String(type))) add('udp', 'port', port);
  if (type === 'syslog' || type === 'statsd') {
    add('udp', 'udpPort', udpPort);
    add('tcp', 'tcpPort', tcpPort);
    if (typeof tls === 'object' && tls !== null) add('tcp', 'tls.port', (tls as { port?: unknown }).port);
  }
  return found;
}

/** Ports that two want, one sentence each. */
export function portProblems(config: Config): string[] {
  const taken: ListeningPort[] = [];
  const problems: string[] = [];
  for (const one of listeningPorts(config)) {
    if (one.port === 0) continue;
    const other = taken.find(({ transport, port, host }) => transport === one.transport && port === one.port && overlap(host, one.host));
    if (other !== undefined)
      problems.push(
        `${one.at}: ${one.by} cannot listen on ${one.transport.toUpperCase()} ${one.host}:${one.port}, ${other.by} (${other.at}) does; give one of them another port`,
      );
    taken.push(one);
  }
  return problems;
}

function overlap(a: string, b: string): boolean {
  const [first, second] = [a, b].map((host) => (host === 'localhost' ? '127.0.0.1' : host));
  return first === second || [first, second].some((host) => host === '0.0.0.0' || host === '::');
}

function addressOf(listen: string): { host: string; port: number } {
  const at = listen.lastIndexOf(':');
  return { host: listen.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(listen.slice(at + 1)) };
}
