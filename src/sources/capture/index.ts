import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type ComponentContext, define, type RecordBatch, type Source, type SourceState } from '../../core/index.ts';
import { concatBytes } from '../bytes/chunks.ts';
import { Waker } from '../live/waker.ts';
import { CAPTURE_TOOLS, type CaptureTool, captureError, type Seen } from './tool.ts';

const config = z.strictObject({
  interface: z.string().min(1).max(64).regex(/^[^-]/, 'it must not start with -').describe('Interface to listen on; `any` for all'),
  filter: z.string().max(10_000).default('').describe('Only these packets, in the language of pcap-filter(7), such as `not port 22`'),
  tool: z.enum(['tcpdump', 'dumpcap']).default('tcpdump').describe('Program that captures'),
  command: z.string().min(1).optional().describe('Path of the program; absent = as the search path has it'),
  snapBytes: z
    .number()
    .int()
    .min(64)
    .max(262_144)
    .default(1600)
    .describe('Bytes kept of each packet; lengths come from headers all the same'),
  bufferBytes: z
    .number()
    .int()
    .min(65_536)
    .default(16 << 20)
    .describe('Memory in the kernel for packets that wait; when it is full, packets are dropped and counted'),
  promiscuous: z.boolean().default(true).describe('Also take packets for other hosts'),
  immediate: z.boolean().default(false).describe('Have each packet at once instead of up to a second later; costs the processor more'),
  gatherMs: z.number().int().min(0).max(10_000).default(50).describe('How long packets wait for more, in milliseconds'),
  batchBytes: z
    .number()
    .int()
    .min(4096)
    .default(1 << 20)
    .describe('Bytes handed on at once at most'),
  statsMs: z.number().int().min(100).default(10_000).describe('Time between two questions for dropped packets, in milliseconds'),
  restartMs: z.number().int().min(1).default(250).describe('First pause before the program is started again; it doubles up to 30 s'),
});

type Config = z.output<typeof config>;
type Child = ChildProcessByStdio<null, Readable, Readable>;

export default define({
  name: 'capture',
  summary: 'Captures packets of an interface with tcpdump or dumpcap; starts it again when it dies, counts what the kernel drops',
  config,
  records: ['packets'],
  create: (settings, context): Source => new CaptureSource(settings, context),
});

const LONGEST_PAUSE_MS = 30_000;
/** After so long a run, the next pause is the first one again. */
const HEALTHY_MS = 60_000;
const ENDS_WITHIN_MS = 2_000;

/** Each run of the program is a capture of its own: it begins with an empty record. */
class CaptureSource implements Source {
  readonly replayable = false;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #tool: CaptureTool;
  readonly #command: string;
  readonly #counters = { restarts: 0, received: 0, kernel_drops: 0, interface_drops: 0 };
  /** Of the runs that have ended. */
  #before: Seen = { received: 0, kernelDrops: 0, interfaceDrops: 0 };
  #child: Child | undefined;
  #offset = 0;
  #line = 1;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
    this.#tool = CAPTURE_TOOLS[settings.tool];
    this.#command = settings.command ?? settings.tool;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {
    this.#child?.kill('SIGTERM');
  }

  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const { restartMs } = this.#config;
    let pause = restartMs;
    while (!signal.aborted) {
      const began = performance.now();
      yield* this.#run(signal);
      if (signal.aborted) return;
      if (performance.now() - began > HEALTHY_MS) pause = restartMs;
      this.#counters.restarts++;
      await new Waker().wait(pause * (0.5 + this.#context.random()), signal);
      pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
    }
  }

  /** One run of the program, until it dies or reading is aborted. Throws where it could not even begin. */
  async *#run(signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const child: Child = spawn(this.#command, this.#tool.arguments(this.#config), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const output = new Output(child, this.#config.batchBytes);
    const stop = () => child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    const asking = setInterval(() => this.#ask(child, output), this.#config.statsMs);
    let given = 0;
    try {
      for (;;) {
        const bytes = await output.take(this.#config.gatherMs, signal);
        this.#count(output.said);
        if (bytes === undefined) break;
        yield this.#batch(bytes, given === 0);
        given += bytes.length;
      }
      if (given === 0 && !signal.aborted) throw captureError(this.#command, this.#config.interface, output.said);
      if (!signal.aborted) this.#context.log.warn(`${this.#command} ended and is started again`, { said: output.said.slice(-300).trim() });
    } finally {
      clearInterval(asking);
      signal.removeEventListener('abort', stop);
      await this.#end(child, output);
    }
  }

  #batch(bytes: Uint8Array, begins: boolean): RecordBatch {
    const input = this.#config.interface;
    const ends = begins ? Uint32Array.of(0, bytes.length) : Uint32Array.of(bytes.length);
    const batch = {
      input,
      generation: 'live',
      offset: this.#offset,
      line: this.#line,
      bytes,
      ends,
      arrival: this.#context.now(),
      last: false,
    };
    this.#offset += bytes.length;
    this.#line += ends.length;
    return batch;
  }

  #ask(child: Child, output: Output): void {
    const { statsSignal } = this.#tool;
    if (statsSignal !== undefined && output.hasBegun) child.kill(statsSignal);
    this.#count(output.said);
  }

  #count(said: string): void {
    const seen = this.#tool.counts(said);
    if (seen === undefined) return;
    const { received, kernelDrops, interfaceDrops } = this.#before;
    this.#counters.received = received + seen.received;
    this.#counters.kernel_drops = kernelDrops + seen.kernelDrops;
    this.#counters.interface_drops = interfaceDrops + seen.interfaceDrops;
  }

  /** The program says at its end what it dropped. */
  async #end(child: Child, output: Output): Promise<void> {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), ENDS_WITHIN_MS);
    await output.closed;
    clearTimeout(late);
    this.#count(output.said);
    const { received, kernel_drops: kernelDrops, interface_drops: interfaceDrops } = this.#counters;
    this.#before = { received, kernelDrops, interfaceDrops };
    if (this.#child === child) this.#child = undefined;
  }
}

const MOST_SAID = 16_384;

/** What a child writes: packets, gathered up to a bound (then it has to wait), and what it says beside. */
class Output {
  said = '';
  hasBegun = false;
  /** Resolves when the child is gone and all it wrote is here. */
  readonly closed: Promise<void>;
  readonly #child: Child;
  readonly #most: number;
  readonly #waker = new Waker();
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #isClosed = false;

  constructor(child: Child, most: number) {
    this.#child = child;
    this.#most = most;
    child.stdout.on('data', (chunk: Uint8Array) => {
      this.hasBegun = true;
      this.#parts.push(chunk);
      this.#bytes += chunk.length;
      if (this.#bytes >= most) child.stdout.pause();
      this.#waker.wake();
    });
    child.stderr.on('data', (text: Buffer) => {
      this.said = (this.said + text.toString()).slice(-MOST_SAID);
    });
    this.closed = new Promise((resolve) => {
      const close = () => {
        this.#isClosed = true;
        this.#waker.wake();
        resolve();
      };
      child.once('error', (error) => {
        this.said += `\n${error.message}`;
        if (child.pid === undefined) close();
      });
      child.once('close', close);
    });
  }

  /** What has come, at least a byte, after a short wait for more; undefined when there is no more. */
  async take(gatherMs: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
    while (this.#bytes === 0) {
      if (this.#isClosed || signal.aborted) return undefined;
      await this.#waker.wait(Number.POSITIVE_INFINITY, signal);
    }
    if (this.#bytes < this.#most && !this.#isClosed) await new Waker().wait(gatherMs, signal);
    const bytes = concatBytes(this.#parts, this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    this.#child.stdout.resume();
    return bytes;
  }
}
