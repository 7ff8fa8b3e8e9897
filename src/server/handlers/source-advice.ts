import { existsSync } from 'node:fs';
import type { SourceConfig } from '../../config/index.ts';
import { portsOf, type SourcePreview } from '../../pipeline/index.ts';

/** Of sources that ask or subscribe instead of waiting for a sender. */
const ASKED: Readonly<Record<string, string>> = {
  mqtt: 'Nothing came from the broker in that time: check that it runs at the configured address, that it lets this client in, and that something is published under the topics.',
  journald:
    'The journal gave nothing in that time: check that `journalctl` shows entries to the user that vedette runs as (group systemd-journal), and that units and filters match.',
  'prometheus-scrape':
    'A target did not answer as it should: check from this machine that its address gives metrics (curl -i ADDRESS), with the path that it has them under, such as /metrics, and with the token if it asks for one.',
};
/** What the first look found instead of lines, in words of the form. */
const HOLDS: Readonly<Record<SourcePreview['holds'], string>> = {
  '': '',
  packets: 'This is a capture, and is shown as one. Set records to packets, or the file will be taken for lines of a log.',
  sensor: "These are a network sensor's events, and are shown as such; they are recognised when the source runs, too.",
  'no text':
    'What arrived is no text that could be a log. Choose what it gives, if it is a capture or readings; see what it is with `file PATH`, and read archives and databases through what wrote them.',
};

/** What to check when nothing, or nothing readable, arrived from a source; empty when all is well. */
export function sourceAdvice(
  source: Readonly<Record<string, unknown>>,
  found: SourcePreview,
  configured: readonly SourceConfig[],
): string[] {
  const { records, rows, dead, error, said, holds } = found;
  const advice: string[] = holds === '' ? [] : [HOLDS[holds]];
  const listen = listenAddress(source);
  const path = ['path', 'folder', 'paths'].map((key) => source[key]).find((value) => typeof value === 'string');
  if (listen !== undefined && /EADDRINUSE|in use/i.test(error)) {
    const owner = configured.find((one) => listenAddress({ ...one }) === listen);
    const by = owner === undefined ? 'another program' : `the source ${owner.name}, which runs already`;
    advice.push(`The address ${listen} is taken by ${by}: choose another port, or look at that source instead.`);
  }
  if (/EACCES|permission/i.test(error))
    advice.push('This process may not read or listen there: check the rights of the file, or use a port above 1023.');
  if (/EISDIR/.test(error)) advice.push('That is a folder: choose the kind directory, which reads the files in it.');
  if (path !== undefined && (/ENOENT|does not exist|no such/i.test(error) || (records === 0 && isMissing(String(path)))))
    advice.push('There is no such file or folder on the machine that vedette runs on: check the spelling.');
  if (rows.length === 0 && dead.length > 0) advice.push(unreadable(source, found));
  const asked = ASKED[String(source.type)];
  if (said.length > 0 && asked !== undefined) advice.push(asked);
  if (records > 0 || dead.length > 0 || error !== '' || advice.length > 0) return advice;
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
  else advice.push(asked ?? 'Nothing arrived in that time: check that the sender runs, and try again with more seconds.');
  return advice;
}

function unreadable({ records }: Readonly<Record<string, unknown>>, { format }: SourcePreview): string {
  if (records === 'packets')
    return 'Nothing of it is a packet: it has to be a pcap or pcapng capture, whole from its beginning. `file PATH` says what a file is; `tcpdump -r PATH` whether it can be read.';
  if (records === 'sensor')
    return 'Nothing of it is an event of Suricata (EVE, lines of JSON) or Zeek: check which log of the sensor this is.';
  const [what, whose] = records === 'readings' ? ['readings', 'of the readings '] : ['records', ''];
  return `${what[0]?.toUpperCase()}${what.slice(1)} arrived, none could be parsed${format === '' ? '' : ` as ${format}`}: set the format ${whose}(parser.format), or leave it out to have it recognised.`;
}

/** A pattern names no one file. */
function isMissing(path: string): boolean {
  return !/[*?[{]/.test(path) && !path.includes('://') && !existsSync(path);
}

/** `host:port` of a source that waits for senders; undefined for one that reads. */
function listenAddress(source: Readonly<Record<string, unknown>>): string | undefined {
  const [first] = portsOf(source);
  return first && `${first.host}:${first.port}`;
}
