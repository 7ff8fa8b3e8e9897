import type { Socket as UdpSocket } from 'node:dgram';
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { type ComponentContext, define, type RecordBatch, type Source, type SourceState, VedetteError } from '../../core/index.ts';
import { unreadable } from '../bytes/chunks.ts';
import { Inbox } from '../live/inbox.ts';
import { kernelDropsCounter } from '../live/kernel-drops.ts';
import { listening } from '../live/listening.ts';
import { openUdp } from '../live/udp.ts';
import { SyslogFramer } from './framing.ts';
import { type SyslogConfig, syslogConfig } from './settings.ts';

export default define({
  name: 'syslog',
  summary: 'Receives syslog messages over UDP, TCP and TLS',
  format: 'syslog-network',
  config: syslogConfig,
  create: (settings, context): SyslogSource => new SyslogSource(settings, context),
});

/** Messages pass as they came; the sender is in the input's name, `syslog/<address>`. */
export class SyslogSource implements Source {
  readonly replayable = false;
  readonly #config: SyslogConfig;
  readonly #context: ComponentContext;
  readonly #inbox: Inbox;
  readonly #counters = {
    messages: 0,
    udp_dropped: 0,
    oversized: 0,
    skipped_bytes: 0,
    connections: 0,
    connections_refused: 0,
    connections_idle: 0,
    connection_errors: 0,
  };
  readonly #sockets = new Map<Socket, string>();
  readonly #servers: Server[] = [];
  #udp: UdpSocket | undefined;
  #ready: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  readonly ports: { udp?: number; tcp?: number; tls?: number } = {};

  constructor(settings: SyslogConfig, context: ComponentContext) {
    if (settings.udpPort === undefined && settings.tcpPort === undefined && settings.tls === undefined) {
      throw new VedetteError('CONFIG_INVALID', `source ${context.name}: no port to listen on`, { hint: 'set udpPort, tcpPort or tls' });
    }
    this.#config = settings;
    this.#context = context;
    const { queueBytes: capacityBytes, senderShare, batchBytes, gatherMs } = settings;
    this.#inbox = new Inbox({ capacityBytes, senderShare, batchBytes, gatherMs, now: context.now });
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters, connections_open: this.#sockets.size, ...kernelDropsCounter(this.#udp) };
  }

  /** Opens the ports; `read` does so too. Afterwards `ports` tells the ones taken. */
  listen(): Promise<void> {
    this.#ready ??= this.#open();
    return this.#ready;
  }

  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    await this.listen();
    // Nothing more is taken: what was, is given out.
    const stop = () => void this.close();
    signal.addEventListener('abort', stop, { once: true });
    try {
      yield* this.#inbox.batches(signal);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#ready?.catch(() => undefined);
    const udp = this.#udp;
    this.#udp = undefined;
    const closed = this.#servers.splice(0).map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const socket of this.#sockets.keys()) socket.destroy();
    if (udp !== undefined) closed.push(new Promise<void>((resolve) => udp.close(() => resolve())));
    await Promise.all(closed);
  }

  async #open(): Promise<void> {
    const { host, udpPort, tcpPort, tls } = this.#config;
    if (udpPort !== undefined) this.ports.udp = await this.#openUdp(host, udpPort);
    if (tcpPort !== undefined) {
      const server = createServer({ noDelay: true }, (socket) => this.#accept(socket));
      this.#servers.push(server);
      this.ports.tcp = await listening(server, host, tcpPort, this.#context.name);
    }
    if (tls !== undefined) {
      const read = (path: string) => readFile(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
      const [key, cert] = [await read(tls.key), await read(tls.certificate)];
      const client =
        tls.clientAuthority === undefined ? {} : { ca: await read(tls.clientAuthority), requestCert: true, rejectUnauthorized: true };
      const server = createTlsServer({ key, cert, minVersion: 'TLSv1.2', handshakeTimeout: 10_000, ...client }, (socket) =>
        this.#accept(socket),
      );
      server.on('tlsClientError', () => this.#counters.connection_errors++);
      server.maxConnections = this.#config.maxConnections;
      this.#servers.push(server);
      this.ports.tls = await listening(server, host, tls.port, this.#context.name);
    }
  }

  async #openUdp(host: string, port: number): Promise<number> {
    const socket = await openUdp({
      ...{ host, port, name: this.#context.name, failed: () => this.#counters.connection_errors++ },
      message: (message, { address }) => {
        let record: Uint8Array = message;
        while (record.length > 0 && (record[record.length - 1] as number) <= 13) record = record.subarray(0, -1);
        if (record.length > this.#config.maxMessageBytes) {
          this.#counters.oversized++;
          this.#counters.skipped_bytes += record.length - this.#config.maxMessageBytes;
          record = record.subarray(0, this.#config.maxMessageBytes);
        }
        if (record.length === 0) return;
        if (this.#inbox.offer(`syslog/${address}`, record)) this.#counters.messages++;
        else this.#counters.udp_dropped++;
      },
    });
    this.#udp = socket;
    return socket.address().port;
  }

  #accept(socket: Socket): void {
    const address = socket.remoteAddress ?? 'unknown';
    const fromAddress = [...this.#sockets.values()].filter((other) => other === address).length;
    socket.on('error', () => this.#counters.connection_errors++);
    if (this.#sockets.size >= this.#config.maxConnections || fromAddress >= this.#config.maxConnectionsPerAddress) {
      this.#counters.connections_refused++;
      socket.destroy();
      return;
    }
    this.#sockets.set(socket, address);
    this.#counters.connections++;
    const input = `syslog/${address}`;
    const framer = new SyslogFramer(this.#config.maxMessageBytes, this.#counters);
    const waiting: Uint8Array[] = [];
    let ended = false;
    const deliver = () => {
      while (waiting.length > 0) {
        if (!this.#inbox.offer(input, waiting[0] as Uint8Array)) {
          socket.pause();
          this.#inbox.whenRoom(deliver);
          return;
        }
        this.#counters.messages++;
        waiting.shift();
      }
      if (!ended) socket.resume();
    };
    socket.setTimeout(this.#config.idleTimeoutMs, () => {
      this.#counters.connections_idle++;
      socket.destroy();
    });
    socket.on('data', (chunk: Uint8Array) => {
      waiting.push(...framer.push(chunk));
      deliver();
    });
    socket.on('close', () => {
      ended = true;
      this.#sockets.delete(socket);
      waiting.push(...framer.finish());
      deliver();
    });
  }
}
