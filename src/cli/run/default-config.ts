import { spawnSync } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';

/** Logs that many hosts keep; those that exist and may be read become sources. */
const HOST_LOGS: readonly (readonly [string, string])[] = [
  ['auth', '/var/log/auth.log'],
  ['secure', '/var/log/secure'],
  ['syslog', '/var/log/syslog'],
  ['messages', '/var/log/messages'],
  ['kern', '/var/log/kern.log'],
  ['dpkg', '/var/log/dpkg.log'],
  ['dnf', '/var/log/dnf.log'],
  ['nginx-access', '/var/log/nginx/access.log'],
  ['nginx-error', '/var/log/nginx/error.log'],
  ['apache-access', '/var/log/apache2/access.log'],
  ['apache-error', '/var/log/apache2/error.log'],
  ['system', '/var/log/system.log'],
  ['install', '/var/log/install.log'],
];

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function hasJournal(): boolean {
  const found = spawnSync('journalctl', ['-n', '1', '-o', 'json', '--no-pager'], { encoding: 'utf8', timeout: 5000 });
  return found.status === 0 && found.stdout.startsWith('{');
}

/** What `up` runs without a configuration: this host's own readable logs, and records sent to the loopback ingest port. */
export async function defaultConfig(): Promise<unknown> {
  const files = HOST_LOGS.filter(([, path]) => readable(path)).map(([name, path]) => ({ name, type: 'file', path }));
  const journal = hasJournal() ? [{ name: 'journal', type: 'journald' }] : [];
  return { tenants: { default: { sources: [...journal, ...files, { name: 'ingest', type: 'http' }] } } };
}
