import type { Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { z } from 'zod';
import { type ComponentContext, define, type RecordBatch, type Source, type SourceState, VedetteError } from '../../core/index.ts';
import { kernelDropsCounter } from '../live/kernel-drops.ts';
import { listening } from '../live/listening.ts';
import { ReadingStream } from '../live/reading-batch.ts';
import { openUdp } from '../live/udp.ts';
import { Waker } from '../live/waker.ts';
import { StatsdFlush } from './flush.ts';
import { readMetricLine } from './metric-line.ts';

const port = (what: string) => z.number().int().min(0).max(65535).optional().describe(what);

const config = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 or :: for all'),
  udpPort: port('UDP port; 0 takes a free one. One of the two ports is needed'),
  tcpPort: port('TCP port; 0 takes a free one'),
  flushMs: z.number().int().min(50).max(600_000).default(1000).describe('Milliseconds between two readings of every metric'),
  entity: z.string().min(1).max(256).optional().describe("Name of the device or host in series and alerts; absent = this host's"),
  maxSeries: z
    .number()
    .int()
    .min(1)
    .default(20_000)
    .describe('Metrics of each kind kept; those that came once give way to others, and what finds no place is counted'),
  maxConnections: z.number().int().min(1).default(1000).describe('Open connections at most'),
  idleTimeoutMs: z.number().int().min(100).default(600_000).describe('A connection that is silent for this long is closed'),
});

type Config = z.output<typeof config>;

export default define({
  name: 'statsd',
  summary: 'Receives StatsD metrics over UDP and TCP: counts, gauges, timings, sets, with tags',
  records: ['readings'],
  config,
  create: (settings, context): StatsdSource => new StatsdSource(settings, context),
});

const MAX_LINE = 8192;

export class StatsdSource implements Source {
  readonly replayable = false;
  readonly ports: { udp?: number; tcp?: number } = {};
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #flush: StatsdFlush;
  readonly #counters = { metrics: 0, bad_lines: 0, connections: 0, connections_refused: 0, connection_errors: 0 };
  readonly #sockets = new Set<Socket>();
  #udp: UdpSocket | undefined;
  #tcp: Server | undefined;
  #ready: Promise<void> | undefined;

  constructor(settings: Config, context: ComponentContext) {
    if (settings.udpPort === undefined && settings.tcpPort === undefined) {
      throw new VedetteError('CONFIG_INVALID', `source ${context.name}: no port to listen on`, { hint: 'set udpPort or tcpPort' });
    }
    this.#config = settings;
    this.#context = context;
    this.#flush = new StatsdFlush(settings.maxSeries);
  }

  counters(): Readonly<Record<string, number>> {
    const drops = kernelDropsCounter(this.#udp);
    return { ...this.#counters, refused_metrics: this.#flush.refused, connections_open: this.#sockets.size, ...drops };
  }

  /** Opens the ports; `read` does so too. Afterwards `ports` tells the ones taken. */
  listen(): Promise<void> {
    this.#ready ??= this.#open();
    return this.#ready;
  }

  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    await this.listen();
    const { entity = hostname(), flushMs } = this.#config;
    const stream = new ReadingStream('statsd', String(this.#context.now()));
    const waker = new Waker();
    while (!signal.aborted) {
      await waker.wait(flushMs, signal);
      const time = this.#context.now();
      const readings = this.#flush.take(time, entity);
      if (readings.length > 0) yield stream.batch(readings, time);
    }
  }

  async close(): Promise<void> {
    await this.#ready?.catch(() => undefined);
    for (const socket of this.#sockets) socket.destroy();
    const [udp, tcp] = [this.#udp, this.#tcp];
    this.#udp = undefined;
    this.#tcp = undefined;
    await Promise.all([
      new Promise<void>((resolve) => (udp === undefined ? resolve() : udp.close(() => resolve()))),
      new Promise<void>((resolve) => (tcp === undefined ? resolve() : tcp.close(() => resolve()))),
    ]);
  }

  async #open(): Promise<void> {
    const { host, udpPort, tcpPort } = this.#config;
    if (udpPort !== undefined) this.ports.udp = await this.#openUdp(host, udpPort);
    if (tcpPort === undefined) return;
    this.#tcp = createServer({ noDelay: true }, (socket) => this.#accept(socket));
    this.ports.tcp = await listening(this.#tcp, host, tcpPort, this.#context.name);
  }

  async #openUdp(host: string, udpPort: number): Promise<number> {
    const socket = await openUdp({
      ...{ host, port: udpPort, name: this.#context.name, failed: () => this.#counters.connection_errors++ },
      message: (message) => this.#take(message.toString('utf8')),
    });
    this.#udp = socket;
    return socket.address().port;
  }

  #accept(socket: Socket): void {
    socket.on('error', () => this.#counters.connection_errors++);
    if (this.#sockets.size >= this.#config.maxConnections) {
      this.#counters.connections_refused++;
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    this.#counters.connections++;
    socket.setEncoding('utf8');
    socket.setTimeout(this.#config.idleTimeoutMs, () => socket.destroy());
    let held = '';
    socket.on('data', (text: string) => {
      held += text;
      const end = held.lastIndexOf('\n');
      if (end >= 0) this.#take(held.slice(0, end));
      held = held.slice(end + 1);
      if (held.length <= MAX_LINE) return;
      this.#counters.bad_lines++;
      socket.destroy();
    });
    socket.on('close', () => {
      this.#sockets.delete(socket);
      if (held !== '') this.#take(held);
    });
  }

  #take(text: string): void {
    for (const line of text.split('\n')) {
      const trimmed = line.trim();
      if (trimmed === '') continue;
      const metric = readMetricLine(trimmed);
      if (metric === undefined) this.#counters.bad_lines++;
      else {
        this.#counters.metrics++;
        this.#flush.add(metric);
      }
    }
  }
}
