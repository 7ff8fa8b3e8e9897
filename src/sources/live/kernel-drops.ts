import type { Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';

const PORT = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) /;

/** Datagrams that the kernel dropped before this socket took them, because its buffer was full: of `/proc/net/udp`; undefined where the system does not tell. */
export function kernelDrops(socket: Socket | undefined): number | undefined {
  if (socket === undefined || process.platform !== 'linux') return undefined;
  try {
    const { address, family, port } = socket.address();
    const table = readFileSync(`/proc/self/net/${family === 'IPv6' ? 'udp6' : 'udp'}`, 'latin1');
    return dropsIn(table, port, family === 'IPv6' ? undefined : address);
  } catch {
    // Closed, or a system that hides it.
    return undefined;
  }
}

/** `address`: of IPv4, told from sockets of other addresses on the same port. */
export function dropsIn(table: string, port: number, address?: string): number | undefined {
  const wanted = address === undefined ? undefined : hexadecimal(address);
  for (const line of table.split('\n')) {
    const [, local, localPort] = PORT.exec(line) ?? [];
    if (localPort === undefined || Number.parseInt(localPort, 16) !== port || (wanted !== undefined && local !== wanted)) continue;
    const drops = Number(line.trim().split(/\s+/).at(-1));
    return Number.isSafeInteger(drops) ? drops : undefined;
  }
  return undefined;
}

/** As the kernel prints it on machines that put the last byte first. */
function hexadecimal(address: string): string {
  const bytes = address.split('.').map(Number);
  return Buffer.from(bytes.reverse()).toString('hex').toUpperCase();
}

/** `kernel_drops`, where the system tells them. */
export function kernelDropsCounter(socket: Socket | undefined): Readonly<Record<string, number>> {
  const drops = kernelDrops(socket);
  return drops === undefined ? {} : { kernel_drops: drops };
}
