import { open, statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { fromConnections, fromDisks, fromLoad, fromMemory, fromNetwork, fromStat, type Measured } from './proc.ts';

/** A table of all connections can be long; what is beyond is not counted. */
const MAX_BYTES = 4 << 20;

/** One measurement of the host: what it shows, and what it has no way to show. */
export interface Measurement {
  readonly measured: readonly Measured[];
  readonly missing: readonly string[];
}

/** Reads `/proc`; where there is none, what Node knows of any system. */
export async function measureHost(procfs: string, mounts: readonly string[]): Promise<Measurement> {
  const parts: readonly (readonly [string, readonly string[], (...texts: readonly string[]) => Measured[]])[] = [
    ['cpu', ['stat'], (text = '') => fromStat(text)],
    ['load', ['loadavg'], (text = '') => fromLoad(text)],
    ['memory', ['meminfo'], (text = '') => fromMemory(text)],
    ['disks', ['diskstats'], (text = '') => fromDisks(text)],
    ['network', ['net/dev'], (text = '') => fromNetwork(text)],
    ['connections', ['net/tcp', 'net/tcp6'], (...texts) => fromConnections(...texts)],
  ];
  const missing: string[] = [];
  const measured: Measured[] = [];
  for (const [name, files, parse] of parts) {
    const texts = await Promise.all(files.map((file) => textOf(join(procfs, file))));
    const found = texts.filter((text) => text !== undefined);
    if (found.length > 0) measured.push(...parse(...found));
    else if (name in PORTABLE) measured.push(...PORTABLE[name as keyof typeof PORTABLE]());
    else missing.push(name);
  }
  for (const mount of mounts) {
    const space = await statfs(mount).catch(() => undefined);
    if (space === undefined || space.blocks === 0) missing.push(`filesystem ${mount}`);
    else measured.push({ series: `filesystem.${mount}.used_ratio`, value: 1 - space.bavail / space.blocks });
  }
  return { measured: measured.filter(({ value }) => Number.isFinite(value)), missing };
}

const PORTABLE = {
  cpu: (): Measured[] => {
    const times = cpus().map(({ times: one }) => one);
    const seconds = (of: (one: (typeof times)[number]) => number) => times.reduce((sum, one) => sum + of(one) / 1000, 0);
    return [
      { series: 'cpu.busy', value: seconds(({ user, nice, sys, irq }) => user + nice + sys + irq), type: 'counter' },
      { series: 'cpu.user', value: seconds(({ user }) => user), type: 'counter' },
      { series: 'cpu.system', value: seconds(({ sys }) => sys), type: 'counter' },
      { series: 'cpu.idle', value: seconds(({ idle }) => idle), type: 'counter' },
    ];
  },
  load: (): Measured[] => [{ series: 'load.1m', value: loadavg()[0] as number }],
  memory: (): Measured[] => [
    { series: 'memory.used_ratio', value: 1 - freemem() / totalmem() },
    { series: 'memory.available_bytes', value: freemem() },
  ],
} as const;

/** At most MAX_BYTES of a file of /proc; undefined where there is none. */
async function textOf(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const parts: Buffer[] = [];
    for (let size = 0; size < MAX_BYTES; ) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(65_536), 0, 65_536);
      if (bytesRead === 0) break;
      parts.push(buffer.subarray(0, bytesRead));
      size += bytesRead;
    }
    return Buffer.concat(parts).toString('utf8');
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
