import type { Readable } from 'node:stream';
import { z } from 'zod';
import { type ComponentContext, define, type RecordBatch, type Source, type SourceState } from '../core/index.ts';
import { contentOf } from './bytes/content.ts';
import { DEFAULT_EXPANSION } from './bytes/expansion.ts';
import { DamagedStream } from './bytes/gzip.ts';
import { fileLimits } from './files/settings.ts';
import { LineAssembler } from './records/lines.ts';

const config = z.strictObject({
  gatherMs: z.number().int().min(0).default(100).describe('How long a line waits for more, in milliseconds'),
  batchBytes: fileLimits.batchBytes,
  maxRecordBytes: fileLimits.maxRecordBytes,
});

export default define({
  name: 'stdin',
  summary: 'Reads lines from standard input, compressed or not',
  records: ['lines', 'sensor'],
  config,
  create: (settings, context): Source => new StdinSource(settings, context, process.stdin),
});

/** Lines of any byte stream that cannot be read again. */
export class StdinSource implements Source {
  readonly replayable = false;
  readonly #config: z.output<typeof config>;
  readonly #context: ComponentContext;
  readonly #stream: Readable;
  readonly #counters = { oversized: 0, skipped_bytes: 0, truncated_inputs: 0, corrupt_inputs: 0 };

  constructor(settings: z.output<typeof config>, context: ComponentContext, stream: Readable) {
    this.#config = settings;
    this.#context = context;
    this.#stream = stream;
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }

  async *read(_resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const stop = () => this.#stream.destroy();
    signal.addEventListener('abort', stop, { once: true });
    try {
      yield* this.#lines(signal);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  async *#lines(signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const from = { input: 'stdin', generation: String(this.#context.now()), offset: 0, line: 1 };
    const assembler = new LineAssembler(from, this.#config, this.#context.now, this.#counters);
    try {
      const content = await contentOf(pieces(this.#stream), 'stdin', DEFAULT_EXPANSION, undefined, 1);
      const iterator = content.chunks[Symbol.asyncIterator]();
      let next = iterator.next();
      for (;;) {
        const result = await within(next, this.#config.gatherMs);
        if (result === 'late') yield* assembler.flush();
        const { done, value } = result === 'late' ? await next : result;
        if (done === true) break;
        yield* assembler.push(value);
        next = iterator.next();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof DamagedStream)) throw error;
      this.#counters[error.kind === 'truncated' ? 'truncated_inputs' : 'corrupt_inputs']++;
    }
    if (!signal.aborted) yield* assembler.finish();
  }
}

async function* pieces(stream: Readable): AsyncGenerator<Uint8Array> {
  for await (const piece of stream as AsyncIterable<Uint8Array>) yield piece;
}

function within<T>(promise: Promise<T>, ms: number): Promise<T | 'late'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('late'), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
