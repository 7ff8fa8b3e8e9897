import { createSocket } from 'node:dgram';
import { access, constants, readdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Config } from '../config/index.ts';
import { isSystemError } from '../core/index.ts';
import { type ListeningPort, listeningPorts } from './ports.ts';

const TAKEN = 'another program listens there';
/** Options of sources that name a file which must be there when they start. */
const NEEDED_FILES = ['tls.key', 'tls.certificate', 'tls.clientAuthority'];

/**
 * What a configuration names and this machine does not give now: ports that cannot be had, files and folders that cannot be read. One sentence
 * each. `runs`: a vedette with this configuration may have its ports already.
 */
export async function unreachable(config: Config, runs = false): Promise<readonly string[]> {
  const found: string[] = [];
  for (const port of listeningPorts(config)) {
    const reason = port.port === 0 ? undefined : await whyNot(port);
    if (reason !== undefined && !(runs && reason === TAKEN))
      found.push(`${port.at}: ${port.by} cannot listen on ${port.transport.toUpperCase()} ${port.host}:${port.port} now: ${reason}`);
  }
  for (const [tenant, { sources, pseudonymise }] of Object.entries(config.tenants)) {
    for (const key of ['keyFile', 'namesFile'] as const) {
      const path = pseudonymise?.[key];
      const reason = path === undefined ? undefined : await unreadableFile(path);
      if (reason !== undefined) found.push(`tenants.${tenant}.pseudonymise.${key}: ${path} ${reason}`);
    }
    for (const [index, source] of sources.entries()) {
      const at = `tenants.${tenant}.sources[${index}]`;
      const given = source as unknown as Readonly<Record<string, unknown>>;
      for (const option of NEEDED_FILES) {
        const path = valueAt(given, option);
        const reason = path === undefined ? undefined : await unreadableFile(path);
        if (reason !== undefined) found.push(`${at}.${option}: ${source.name}: ${path} ${reason}`);
      }
      const path = valueAt(given, 'path');
      if (path === undefined) continue;
      const reason =
        source.type === 'directory' ? await unreadableFolder(path) : source.type === 'file' ? await unreadableFile(path) : undefined;
      if (reason !== undefined) found.push(`${at}.path: ${source.name}: ${path} ${reason}; it is read once it is there`);
    }
  }
  return found;
}

function valueAt(source: Readonly<Record<string, unknown>>, option: string): string | undefined {
  let value: unknown = source;
  for (const key of option.split('.')) value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  return typeof value === 'string' ? value : undefined;
}

async function unreadableFile(path: string): Promise<string | undefined> {
  try {
    if ((await stat(path)).isDirectory()) return 'is a folder';
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

async function unreadableFolder(path: string): Promise<string | undefined> {
  try {
    await readdir(path);
    return undefined;
  } catch (error) {
    return isSystemError(error) && error.code === 'ENOTDIR' ? 'is no folder' : reasonOf(error);
  }
}

function reasonOf(error: unknown): string {
  const code = isSystemError(error) ? error.code : undefined;
  if (code === 'ENOENT') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  return `cannot be read (${error instanceof Error ? error.message : String(error)})`;
}

/** Takes a port for a moment. */
async function whyNot({ transport, host, port }: ListeningPort): Promise<string | undefined> {
  try {
    await (transport === 'udp' ? bound(host, port) : listened(host, port));
    return undefined;
  } catch (error) {
    const code = isSystemError(error) ? error.code : undefined;
    if (code === 'EADDRINUSE') return TAKEN;
    if (code === 'EACCES') return 'ports below 1024 need privileges';
    if (code === 'EADDRNOTAVAIL') return 'this machine has no such address';
    return error instanceof Error ? error.message : String(error);
  }
}

function listened(host: string, port: number): Promise<void> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()));
  });
}

function bound(host: string, port: number): Promise<void> {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ port, address: host, exclusive: true }, () => socket.close(() => resolve()));
  });
}
