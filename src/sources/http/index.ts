import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { z } from 'zod';
import {
  type ComponentContext,
  type Delivery,
  define,
  deliveryGeneration,
  type RecordBatch,
  type Source,
  type SourceState,
} from '../../core/index.ts';
import { concatBytes } from '../bytes/chunks.ts';
import { listening } from '../live/listening.ts';
import { Waker } from '../live/waker.ts';
import { announcedBy } from './announced.ts';
import { Refused, readBody } from './body.ts';
import { isLoopback, refuseBrowsers } from './guard.ts';
import { type Intake, logIntake, type Taken, type Waiting } from './intake.ts';
import { serverOf, tlsConfig } from './server.ts';

export const httpConfig = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen on; 0.0.0.0 or :: for all'),
  port: z.number().int().min(0).max(65535).default(7735).describe('Port; 0 takes a free one'),
  token: z
    .string()
    .min(8)
    .optional()
    .describe('Senders must give it as Authorization: Bearer TOKEN; without one, what a web page could send is refused'),
  tls: tlsConfig.optional().describe('HTTPS instead of HTTP'),
  maxBodyBytes: z
    .number()
    .int()
    .min(1)
    .default(16 << 20)
    .describe('Largest body, before and after decompression'),
  queueBytes: z
    .number()
    .int()
    .min(1)
    .default(64 << 20)
    .describe('Bytes of bodies held at once; beyond, senders get 429 and Retry-After'),
  maxConnections: z.number().int().min(1).default(1000).describe('Open connections at most'),
  acknowledgeTimeoutMs: z
    .number()
    .int()
    .min(1)
    .default(60_000)
    .describe('A sender gets 503 when its records are not durable after this time'),
});

type Config = z.output<typeof httpConfig>;

export default define({
  name: 'http',
  summary: 'Receives log records over HTTP: NDJSON, JSON arrays, lines, Elasticsearch _bulk; answers once they are durable',
  records: ['lines', 'readings', 'sensor'],
  config: httpConfig,
  create: (settings, context): HttpSource => new HttpSource(settings, context, logIntake),
});

export class HttpSource implements Source {
  readonly replayable = false;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #intake: Intake;
  readonly #server: Server;
  readonly #queue: Waiting[] = [];
  readonly #unacknowledged = new Map<string, Waiting>();
  readonly #streams = new Map<string, { generation: string; offset: number; line: number }>();
  readonly #waker = new Waker();
  readonly #counters = { requests: 0, records: 0, refused: 0, unauthorized: 0, busy: 0, unacknowledged_timeouts: 0 };
  readonly #token: Uint8Array | undefined;
  #held = 0;
  #streamCount = 0;
  #ready: Promise<number> | undefined;

  constructor(settings: Config, context: ComponentContext, intake: Intake) {
    this.#intake = intake;
    this.#config = settings;
    this.#context = context;
    this.#token = settings.token === undefined ? undefined : digest(`Bearer ${settings.token}`);
    this.#server = serverOf(settings.tls, context.name, (request, response) => {
      this.#handle(request, response).catch((error: unknown) => this.#fail(response, error));
    });
    this.#server.maxConnections = settings.maxConnections;
    if (!isLoopback(settings.host) && this.#token === undefined)
      context.log.warn(`source ${context.name} listens on ${settings.host} without a token`);
  }

  counters(): Readonly<Record<string, number>> {
    return {
      ...this.#counters,
      ...this.#intake.counters?.(),
      waiting: this.#queue.length + this.#unacknowledged.size,
      held_bytes: this.#held,
    };
  }

  /** Opens the port and gives the one taken; `read` does so too. */
  listen(): Promise<number> {
    this.#ready ??= listening(this.#server, this.#config.host, this.#config.port, this.#context.name);
    return this.#ready;
  }

  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    await this.listen();
    const end = this.#intake.begin?.(this.#deliver);
    try {
      while (!signal.aborted) {
        const next = this.#queue.shift();
        if (next === undefined) await this.#waker.wait(Number.POSITIVE_INFINITY, signal);
        else yield this.#batch(next);
      }
    } finally {
      end?.();
    }
  }

  acknowledge(batch: RecordBatch): void {
    const key = keyOf(batch);
    const waiting = this.#unacknowledged.get(key);
    this.#unacknowledged.delete(key);
    waiting?.answer(200);
    waiting?.release();
  }

  async close(): Promise<void> {
    await this.#ready?.catch(() => undefined);
    for (const waiting of [...this.#queue.splice(0), ...this.#unacknowledged.values()]) waiting.answer(503);
    this.#unacknowledged.clear();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
      setTimeout(() => this.#server.closeAllConnections(), 200).unref();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#counters.requests++;
    if (this.#token !== undefined && !timingSafeEqual(digest(request.headers.authorization ?? ''), this.#token)) {
      this.#counters.unauthorized++;
      response.setHeader('WWW-Authenticate', 'Bearer');
      throw new Refused(401, 'give the token as Authorization: Bearer TOKEN');
    }
    if (this.#token === undefined) {
      const { host, tls } = this.#config;
      refuseBrowsers(request.headers, request.socket.localAddress, { host, tls: tls !== undefined });
    }
    if (request.method !== 'POST' && request.method !== 'PUT') throw new Refused(405, 'send records with POST');
    const length = Number(request.headers['content-length'] ?? 0);
    if (length > this.#config.maxBodyBytes) throw new Refused(413, `the body is larger than ${this.#config.maxBodyBytes} bytes`);
    let held = 0;
    const hold = (bytes: number) => {
      if (this.#held + bytes > this.#config.queueBytes) throw new Refused(429, 'more is waiting than may be held; try again');
      held += bytes;
      this.#held += bytes;
    };
    let durable = false;
    const release = () => {
      this.#held -= held;
      held = 0;
    };
    try {
      if (this.#held + length > this.#config.queueBytes) hold(length);
      const body = await readBody(request, this.#config.maxBodyBytes, hold, this.#intake.encodings);
      const contentType = request.headers['content-type'] ?? '';
      const announced = announcedBy(request.headers);
      const { delivery } = announced;
      const taken = this.#intake.take({ path: pathOf(request), contentType, body, ...(delivery === undefined ? {} : { delivery }) });
      const { records, answer } = taken;
      durable = records.length > 0;
      const input = taken.input ?? announced.input ?? `http/${request.socket.remoteAddress ?? 'unknown'}`;
      const status = durable ? await this.#durable(input, taken, delivery, release) : 200;
      if (status === 410) throw new Refused(410, 'what comes after it was taken already');
      if (status !== 200) throw new Refused(status, 'the records are not durable; send them again');
      this.#counters.records += records.length;
      reply(response, 200, answer);
    } finally {
      if (!durable) release();
    }
  }

  readonly #deliver = (waiting: Waiting): void => {
    this.#queue.push(waiting);
    this.#waker.wake();
  };

  #durable(input: string, { records, queue }: Taken, delivery: Delivery | undefined, release: () => void): Promise<number> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#counters.unacknowledged_timeouts++;
        const at = this.#queue.indexOf(waiting);
        if (at !== -1) {
          this.#queue.splice(at, 1);
          release();
        }
        resolve(503);
      }, this.#config.acknowledgeTimeoutMs);
      const answer = (status: number) => {
        clearTimeout(timer);
        resolve(status);
      };
      const waiting: Waiting = { input, records, answer, release, ...(delivery === undefined ? {} : { delivery }) };
      if (queue === undefined) this.#deliver(waiting);
      else queue(waiting, this.#deliver);
    });
  }

  #batch(waiting: Waiting): RecordBatch {
    const { input, records, delivery } = waiting;
    const stream = this.#stream(input);
    const ends = new Uint32Array(records.length);
    let end = 0;
    for (let i = 0; i < records.length; i++) {
      end += (records[i] as Uint8Array).length;
      ends[i] = end;
    }
    const { line } = stream;
    const generation = delivery === undefined ? stream.generation : deliveryGeneration(delivery);
    const offset = delivery?.sequence ?? stream.offset;
    stream.offset += end;
    stream.line += records.length;
    const batch: RecordBatch = {
      input,
      generation,
      offset,
      line,
      bytes: concatBytes(records, end),
      ends,
      arrival: this.#context.now(),
      last: false,
    };
    this.#unacknowledged.set(keyOf(batch), waiting);
    return batch;
  }

  /** Senders are remembered up to a bound; a forgotten one begins a new generation. */
  #stream(input: string): { generation: string; offset: number; line: number } {
    let stream = this.#streams.get(input);
    if (stream === undefined) {
      if (this.#streams.size >= 4096) this.#streams.clear();
      stream = { generation: `${this.#context.now()}.${this.#streamCount++}`, offset: 0, line: 1 };
      this.#streams.set(input, stream);
    }
    return stream;
  }

  #fail(response: ServerResponse, error: unknown): void {
    const status = error instanceof Refused ? error.status : 500;
    if (status === 429) this.#counters.busy++;
    else this.#counters.refused++;
    if (status >= 500) this.#context.log.warn(`source ${this.#context.name}: ${error instanceof Error ? error.message : String(error)}`);
    if (response.headersSent || response.destroyed) return;
    if (status === 429 || status === 503) response.setHeader('Retry-After', '1');
    response.setHeader('Connection', 'close');
    reply(response, status, { error: error instanceof Refused ? error.message : 'internal error', status });
  }
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] as string;
}

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

function keyOf(batch: RecordBatch): string {
  return `${batch.generation} ${batch.offset} ${batch.line}`;
}
