import { existsSync } from 'node:fs';
import type { SourceConfig } from '../../config/index.ts';
import type { SourcePreview } from '../../pipeline/index.ts';

/** Of sources that ask or subscribe instead of waiting for a sender. */
const ASKED: Readonly<Record<string, string>> = {
  mqtt: 'Nothing came from the broker in that time: check that it runs at the configured address, that it lets this client in, and that something is published under the topics.',
  journald:
    'The journal gave nothing in that time: check that `journalctl` shows entries to the user that vedette runs as (group systemd-journal), and that units and filters match.',
};

/** What to check when nothing, or nothing readable, arrived from a source; empty when all is well. */
export function sourceAdvice(
  source: Readonly<Record<string, unknown>>,
  { records, rows, dead, error }: SourcePreview,
  configured: readonly SourceConfig[],
): string[] {
  const advice: string[] = [];
  const listen = listenAddress(source);
  const path = ['path', 'folder', 'paths'].map((key) => source[key]).find((value) => typeof value === 'string');
  if (listen !== undefined && /EADDRINUSE|in use/i.test(error)) {
    const owner = configured.find((one) => listenAddress(one) === listen);
    const by = owner === undefined ? 'another program' : `the source ${owner.name}, which runs already`;
    advice.push(`The address ${listen} is taken by ${by}: choose another port, or look at that source instead.`);
  }
  if (/EACCES|permission/i.test(error))
    advice.push('This process may not read or listen there: check the rights of the file, or use a port above 1023.');
  if (path !== undefined && (/ENOENT|does not exist|no such/i.test(error) || (records === 0 && isMissing(String(path)))))
    advice.push('There is no such file or folder on the machine that vedette runs on: check the spelling.');
  if (records > 0 && rows.length === 0 && dead.length > 0)
    advice.push('Records arrived, none could be parsed: set parser.format, or leave it out to have it recognised.');
  if (records > 0 || error !== '' || advice.length > 0) return advice;
  if (listen !== undefined) {
    const loopback = /^(127\.|localhost|\[?::1)/.test(listen);
    advice.push(
      `Nothing arrived at ${listen}. Check that the sender names this address and port, and the same protocol (UDP, TCP or TLS).`,
    );
    advice.push(
      loopback
        ? 'It listens for this machine only: use 0.0.0.0 (or the address of a network card) if the sender is another one.'
        : `Check that a firewall lets it through, from the sender: nc -vz <this machine> ${listen.split(':').at(-1)}`,
    );
  } else if (path !== undefined)
    advice.push(`${String(path)} holds no complete record yet: check that something is written to it, with a line end.`);
  else
    advice.push(ASKED[String(source.type)] ?? 'Nothing arrived in that time: check that the sender runs, and try again with more seconds.');
  return advice;
}

/** A pattern names no one file. */
function isMissing(path: string): boolean {
  return !/[*?[{]/.test(path) && !path.includes('://') && !existsSync(path);
}

/** `host:port` of a source that waits for senders; undefined for one that reads. */
function listenAddress({ host, listen, port, udpPort, tcpPort }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof listen === 'string') return listen;
  const own = [port, udpPort, tcpPort].find((value) => typeof value === 'number');
  return own === undefined ? undefined : `${typeof host === 'string' ? host : '127.0.0.1'}:${String(own)}`;
}
