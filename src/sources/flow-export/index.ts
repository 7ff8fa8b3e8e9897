import type { Socket } from 'node:dgram';
import { z } from 'zod';
import { type ComponentContext, define, type RecordBatch, type Source, type SourceState } from '../../core/index.ts';
import { Inbox } from '../live/inbox.ts';
import { kernelDropsCounter } from '../live/kernel-drops.ts';
import { openUdp } from '../live/udp.ts';

const config = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 or :: for all'),
  port: z.int().min(0).max(65_535).default(2055).describe('UDP port; 0 takes a free one (usual: 2055 NetFlow, 4739 IPFIX, 6343 sFlow)'),
  exporters: z.array(z.string()).optional().describe('Addresses that may send; absent = any. UDP senders can be forged: name them.'),
  queueBytes: z
    .int()
    .min(1024)
    .default(32 << 20)
    .describe('Bytes of datagrams that may wait; more are dropped and counted'),
  senderShare: z.number().positive().max(1).default(0.5).describe('Share of the queue that one exporter may take'),
  batchBytes: z
    .int()
    .min(1)
    .default(1 << 20)
    .describe('Datagrams are gathered until they are this many bytes'),
  gatherMs: z.int().min(0).default(50).describe('How long a datagram waits for more, in milliseconds'),
});

type FlowExportConfig = z.output<typeof config>;

export default define({
  name: 'flow-export',
  summary: 'Receives NetFlow 5 and 9, IPFIX and sFlow 5 over UDP',
  config,
  records: ['flow-exports'],
  create: (settings, context): FlowExportSource => new FlowExportSource(settings, context),
});

/** One record is one datagram; the exporter is in the input's name, `flow-export/<address>`. */
export class FlowExportSource implements Source {
  readonly replayable = false;
  readonly #config: FlowExportConfig;
  readonly #context: ComponentContext;
  readonly #inbox: Inbox;
  readonly #exporters: ReadonlySet<string> | undefined;
  readonly #counters = { datagrams: 0, dropped: 0, refused: 0, socket_errors: 0 };
  #socket: Socket | undefined;
  #ready: Promise<void> | undefined;
  /** The port taken, once it listens. */
  port: number | undefined;

  constructor(settings: FlowExportConfig, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
    const { queueBytes: capacityBytes, senderShare, batchBytes, gatherMs, exporters } = settings;
    this.#exporters = exporters === undefined ? undefined : new Set(exporters);
    this.#inbox = new Inbox({ capacityBytes, senderShare, batchBytes, gatherMs, now: context.now });
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters, ...kernelDropsCounter(this.#socket) };
  }

  listen(): Promise<void> {
    this.#ready ??= this.#open();
    return this.#ready;
  }

  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    await this.listen();
    yield* this.#inbox.batches(signal);
  }

  async close(): Promise<void> {
    await this.#ready?.catch(() => undefined);
    const socket = this.#socket;
    this.#socket = undefined;
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  async #open(): Promise<void> {
    const { host, port } = this.#config;
    const socket = await openUdp({
      ...{ host, port, name: this.#context.name, failed: () => this.#counters.socket_errors++ },
      message: (datagram, { address }) => {
        const exporter = address.replace(/^::ffff:/, '');
        if (this.#exporters?.has(exporter) === false) this.#counters.refused++;
        else if (datagram.length > 0 && this.#inbox.offer(`flow-export/${exporter}`, datagram)) this.#counters.datagrams++;
        else this.#counters.dropped++;
      },
    });
    this.#socket = socket;
    this.port = socket.address().port;
  }
}
