import type { ReadingType } from '../../core/index.ts';

/** A measurement of this host before it is named after its time and host. */
export interface Measured {
  readonly series: string;
  readonly value: number;
  readonly type?: ReadingType;
}

/** Kernel ticks a second; the value that every Linux reports to user space. */
const TICKS = 100;
const SECTOR_BYTES = 512;
/** Devices and interfaces taken at most, so that a host of thousands of containers fills nothing. */
const MAX_DEVICES = 64;

const counter = (series: string, value: number): Measured => ({ series, value, type: 'counter' });
const gauge = (series: string, value: number): Measured => ({ series, value });

/** `/proc/stat`: seconds of all CPUs by state, context switches, processes started, running and blocked. */
export function fromStat(text: string): Measured[] {
  const out: Measured[] = [];
  for (const line of text.split('\n')) {
    const [name, ...cells] = line.trim().split(/\s+/);
    const values = cells.map(Number);
    if (name === 'cpu') {
      const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = values.map((ticks) => ticks / TICKS);
      out.push(counter('cpu.busy', user + nice + system + irq + softirq + steal));
      for (const [state, seconds] of Object.entries({ user, nice, system, idle, iowait, irq, softirq, steal })) {
        out.push(counter(`cpu.${state}`, seconds));
      }
    } else if (name === 'ctxt') out.push(counter('context_switches', values[0] ?? Number.NaN));
    else if (name === 'processes') out.push(counter('processes.started', values[0] ?? Number.NaN));
    else if (name === 'procs_running') out.push(gauge('processes.running', values[0] ?? Number.NaN));
    else if (name === 'procs_blocked') out.push(gauge('processes.blocked', values[0] ?? Number.NaN));
  }
  return out;
}

/** `/proc/loadavg`: load of the last minute and the number of processes and threads. */
export function fromLoad(text: string): Measured[] {
  const [one, , , running = ''] = text.split(' ');
  return [gauge('load.1m', Number(one)), gauge('processes.total', Number(running.split('/')[1]))];
}

/** `/proc/meminfo`, kilobytes there. */
export function fromMemory(text: string): Measured[] {
  const bytes = new Map<string, number>();
  for (const [, name, value] of text.matchAll(/^(\w+):\s+(\d+) kB/gm)) bytes.set(name as string, Number(value) * 1024);
  const of = (name: string) => bytes.get(name) ?? Number.NaN;
  return [
    gauge('memory.used_ratio', 1 - of('MemAvailable') / of('MemTotal')),
    gauge('memory.available_bytes', of('MemAvailable')),
    gauge('memory.cached_bytes', of('Cached')),
    gauge('swap.used_bytes', of('SwapTotal') - of('SwapFree')),
  ];
}

/** `/proc/diskstats`: whole disks only. */
export function fromDisks(text: string): Measured[] {
  const out: Measured[] = [];
  let disks = 0;
  for (const line of text.split('\n')) {
    const cells = line.trim().split(/\s+/);
    const name = cells[2];
    if (name === undefined || !/^(sd[a-z]+|vd[a-z]+|xvd[a-z]+|nvme\d+n\d+|mmcblk\d+|dm-\d+|md\d+)$/.test(name)) continue;
    if (++disks > MAX_DEVICES) break;
    out.push(
      counter(`disk.${name}.read_bytes`, Number(cells[5]) * SECTOR_BYTES),
      counter(`disk.${name}.written_bytes`, Number(cells[9]) * SECTOR_BYTES),
      counter(`disk.${name}.busy`, Number(cells[12]) / 1000),
    );
  }
  return out;
}

/** `/proc/net/dev`: counters of each interface. */
export function fromNetwork(text: string): Measured[] {
  const out: Measured[] = [];
  let interfaces = 0;
  for (const line of text.split('\n').slice(2)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    if (++interfaces > MAX_DEVICES) break;
    const name = line.slice(0, colon).trim();
    const [inBytes, inPackets, inErrors, inDrops, , , , , outBytes, outPackets, outErrors, outDrops] = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(Number) as number[];
    out.push(
      counter(`network.${name}.received_bytes`, inBytes as number),
      counter(`network.${name}.sent_bytes`, outBytes as number),
      counter(`network.${name}.received_packets`, inPackets as number),
      counter(`network.${name}.sent_packets`, outPackets as number),
      counter(`network.${name}.errors`, (inErrors as number) + (outErrors as number)),
      counter(`network.${name}.drops`, (inDrops as number) + (outDrops as number)),
    );
  }
  return out;
}

const STATES: Readonly<Record<string, string>> = {
  '01': 'established',
  '02': 'syn_sent',
  '03': 'syn_received',
  '06': 'time_wait',
  '08': 'close_wait',
  '0A': 'listening',
};

/** `/proc/net/tcp` and `tcp6`: connections by state. */
export function fromConnections(...tables: readonly string[]): Measured[] {
  const counts = new Map(Object.values(STATES).map((state) => [state, 0]));
  for (const table of tables) {
    for (const [, code] of table.matchAll(/^\s*\d+: \S+ \S+ ([0-9A-F]{2}) /gm)) {
      const state = STATES[code as string];
      if (state !== undefined) counts.set(state, (counts.get(state) as number) + 1);
    }
  }
  return [...counts].map(([state, count]) => gauge(`connections.${state}`, count));
}
