import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { VedetteError } from '../../core/index.ts';

/** What is kept for those who reconnect. */
const KEPT_EVENTS = 500;
const KEPT_BYTES = 2 * 1024 ** 2;
/** A reader this far behind is let go; it reconnects and catches up. */
const BEHIND_BYTES = 1024 ** 2;
const PER_CALLER = 20;

interface Kept {
  readonly number: number;
  readonly frame: string;
}

interface Channel {
  readonly readers: Map<ServerResponse, string>;
  kept: Kept[];
  bytes: number;
  last: number;
}

/** Server-sent events per tenant: to whoever listens, and the latest again to whoever lost the connection. */
export class Hub {
  /** Tells event ids of this start from those of another. */
  private readonly start = randomBytes(6).toString('hex');
  private readonly channels = new Map<string, Channel>();
  private readonly most: number;

  constructor(mostReaders: number) {
    this.most = mostReaders;
  }

  /** Events with an id are kept for those who reconnect; `transient` ones (the status of a moment) are not. */
  send(tenant: string, event: string, value: unknown, transient = false): void {
    const channel = this.channel(tenant);
    if (transient && channel.readers.size === 0) return;
    const data = JSON.stringify(value);
    if (transient) {
      this.write(channel, `event: ${event}\ndata: ${data}\n\n`);
      return;
    }
    const number = ++channel.last;
    const frame = `id: ${this.start}-${number}\nevent: ${event}\ndata: ${data}\n\n`;
    channel.kept.push({ number, frame });
    channel.bytes += frame.length;
    while (channel.kept.length > KEPT_EVENTS || (channel.bytes > KEPT_BYTES && channel.kept.length > 1))
      channel.bytes -= channel.kept.shift()?.frame.length ?? 0;
    this.write(channel, frame);
  }

  /** Refuses with RATE_LIMITED before anything is written. */
  admit(tenant: string, caller: string): void {
    const { readers } = this.channel(tenant);
    const own = [...readers.values()].filter((one) => one === caller).length;
    if (readers.size < this.most && own < PER_CALLER) return;
    throw new VedetteError('RATE_LIMITED', 'too many open event streams', { hint: 'Close another page of the dashboard.' });
  }

  /** The headers are written already. */
  join(tenant: string, caller: string, response: ServerResponse, lastEventId: string | undefined): void {
    const channel = this.channel(tenant);
    response.write(`retry: 2000\n\n${this.missed(channel, lastEventId)}`);
    channel.readers.set(response, caller);
    response.on('close', () => channel.readers.delete(response));
    response.on('error', () => channel.readers.delete(response));
  }

  readers(tenant: string): number {
    return this.channels.get(tenant)?.readers.size ?? 0;
  }

  close(): void {
    for (const { readers } of this.channels.values()) for (const response of readers.keys()) response.end();
    this.channels.clear();
  }

  private missed(channel: Channel, lastEventId: string | undefined): string {
    if (lastEventId === undefined || lastEventId === '') return '';
    const [start, text = ''] = lastEventId.split('-');
    const last = Number(text);
    const oldest = channel.kept[0]?.number ?? channel.last + 1;
    if (start !== this.start || !Number.isSafeInteger(last) || last > channel.last || last + 1 < oldest)
      return 'event: reset\ndata: {}\n\n';
    return channel.kept
      .filter(({ number }) => number > last)
      .map(({ frame }) => frame)
      .join('');
  }

  private write(channel: Channel, frame: string): void {
    for (const response of channel.readers.keys()) {
      if (response.writableLength > BEHIND_BYTES) response.destroy();
      else response.write(frame);
    }
  }

  private channel(tenant: string): Channel {
    let channel = this.channels.get(tenant);
    if (channel === undefined) {
      channel = { readers: new Map(), kept: [], bytes: 0, last: 0 };
      this.channels.set(tenant, channel);
    }
    return channel;
  }
}
