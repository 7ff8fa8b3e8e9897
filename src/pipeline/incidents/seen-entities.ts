import { newEntity } from '../../alerts/index.ts';
import { type DictColumn, type EventBatch, ipv4Text, type LogBatch, type Micros } from '../../core/index.ts';
import type { SeenEntity } from '../../store/correlation-contract.ts';

/** An entity is written again when it was seen this much later. */
const EVERY: Micros = 300_000_000;
/** Names whose last writing is remembered, and most written with one epoch. */
const CAPACITY = 100_000;
const PER_EPOCH = 5_000;

/** Which hosts there are, whether or not anything speaks against them: names in host columns, and private addresses of traffic. */
export class SeenEntities {
  private readonly written = new Map<string, Micros>();
  private pending = new Map<string, { first: Micros; last: Micros }>();

  take(batch: LogBatch | EventBatch): void {
    const time = batch.kind === 'log' ? batch.time : batch.columns.time;
    const [first, last] = spanOf(time as Float64Array);
    if (!Number.isFinite(first)) return;
    const hosts = hostsOf(batch);
    if (hosts !== undefined) for (const host of hosts.values) this.see(host, first, last);
    if (batch.kind === 'log') return;
    for (const name of ['sourceAddress', 'destinationAddress']) {
      const column = batch.columns[name];
      if (column instanceof Uint8Array) for (const address of privateAddresses(column)) this.see(address, first, last);
    }
  }

  /** What belongs into the next epoch. */
  takePending(): SeenEntity[] {
    const taken = [...this.pending].map(([name, { first, last }]) => {
      const { id, kind } = newEntity(name, first);
      return { id, name, kind, first, last };
    });
    this.pending = new Map();
    return taken;
  }

  private see(name: string, first: Micros, last: Micros): void {
    const written = this.written.get(name);
    if (name === '' || (written !== undefined && last - written < EVERY)) return;
    const known = this.pending.get(name);
    if (known === undefined && this.pending.size >= PER_EPOCH) return;
    this.pending.set(name, { first: Math.min(first, known?.first ?? first), last: Math.max(last, known?.last ?? last) });
    this.written.delete(name);
    this.written.set(name, last);
    if (this.written.size <= CAPACITY) return;
    const [oldest] = this.written.keys();
    if (oldest !== undefined) this.written.delete(oldest);
  }
}

/** Columns that name the host an event is of. */
const HOST_COLUMNS: Partial<Record<EventBatch['kind'], string>> = { host: 'host', syscall: 'host', metric: 'entity', signature: 'host' };

function hostsOf(batch: LogBatch | EventBatch): DictColumn | undefined {
  if (batch.kind === 'log') return batch.host;
  const column = HOST_COLUMNS[batch.kind];
  return column === undefined ? undefined : (batch.columns[column] as DictColumn);
}

function spanOf(times: Float64Array): [Micros, Micros] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  return [first, last];
}

/** Distinct IPv4 addresses of private networks, in 16-byte rows as ::ffff:a.b.c.d. */
function privateAddresses(column: Uint8Array): string[] {
  const found = new Set<number>();
  for (let at = 0; at < column.length; at += 16) {
    if (column[at + 10] !== 255 || column[at + 11] !== 255) continue;
    const [a, b, c, d] = [column[at + 12], column[at + 13], column[at + 14], column[at + 15]] as [number, number, number, number];
    if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) found.add(((a * 256 + b) * 256 + c) * 256 + d);
  }
  return [...found].map(ipv4Text);
}
