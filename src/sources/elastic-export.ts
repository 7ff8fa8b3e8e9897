import { stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import {
  type ComponentContext,
  define,
  type Position,
  positionAfter,
  type RecordBatch,
  type Source,
  type SourceState,
  VedetteError,
} from '../core/index.ts';
import { fileChunks, headOf } from './bytes/chunks.ts';
import { compressionOf } from './bytes/content.ts';
import { exportName } from './files/export-name.ts';
import { selected, walk } from './files/inputs.ts';
import { readFiles } from './files/read.ts';
import { fileLimits } from './files/settings.ts';
import { Settled } from './files/settled.ts';
import { Waker, watchFolder } from './live/waker.ts';

const config = z.strictObject({
  path: z.string().min(1).describe('Folder into which <type>_<timestamp>.json[.gz] files are exported'),
  types: z.array(z.string()).optional().describe('Only these types; all when left out'),
  include: z.array(z.string()).optional().describe('Only files whose path below the folder matches one of these globs'),
  exclude: z.array(z.string()).default([]).describe('Not the files that match one of these globs'),
  settleMs: z
    .number()
    .int()
    .min(0)
    .default(5000)
    .describe('A file is complete when unchanged for this long; files moved in complete count too'),
  pollMs: z.number().int().min(5).default(2000).describe('Longest time between two looks at the folder, in milliseconds'),
  once: z.boolean().default(false).describe('End when everything present is read, instead of waiting for more'),
  ...fileLimits,
});

type Config = z.output<typeof config>;

export default define({
  name: 'elastic-export',
  summary: 'Reads JSON documents from files that Elasticsearch or Logstash exports at intervals, oldest first',
  config,
  create: (settings, context): Source => new ElasticExport(settings, context),
});

interface Candidate {
  readonly path: string;
  readonly name: string;
  readonly time: number;
}

class ElasticExport implements Source {
  readonly replayable = true;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #folder: string;
  readonly #settled: Settled;
  readonly #waker = new Waker();
  /** Version of every file that was read to its end. */
  readonly #done = new Map<string, string>();
  readonly #positions = new Map<string, Position>();
  readonly #counters: Record<string, number> = {
    files: 0,
    oversized: 0,
    skipped_bytes: 0,
    truncated_inputs: 0,
    corrupt_inputs: 0,
    names_ignored: 0,
    unreadable: 0,
  };
  #closed = false;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
    this.#folder = resolve(settings.path);
    this.#settled = new Settled(settings.settleMs, () => context.now() / 1000);
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waker.wake();
  }

  async *read(resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    for (const position of resume.positions) this.#positions.set(position.input, position);
    const unwatch = watchFolder(this.#folder, this.#waker);
    try {
      while (!signal.aborted && !this.#closed) {
        const waiting = yield* this.#round(signal);
        if (this.#config.once && !waiting) return;
        if (!signal.aborted && !this.#closed)
          await this.#waker.wait(waiting ? Math.min(this.#config.pollMs, Math.max(5, this.#config.settleMs)) : this.#config.pollMs, signal);
      }
    } finally {
      unwatch();
    }
  }

  /** Reads what is complete, in order of time; stops at the first file that is not, and says so. */
  async *#round(signal: AbortSignal): AsyncGenerator<RecordBatch, boolean> {
    for (const candidate of await this.#candidates()) {
      const state = await this.#settled.check(candidate.path);
      if (signal.aborted || this.#closed) return false;
      if (state === undefined) return true;
      if (this.#done.get(candidate.name) === state.version) continue;
      yield* this.#file(candidate, signal);
      if (signal.aborted || this.#closed) return false;
      this.#done.set(candidate.name, state.version);
    }
    return false;
  }

  async *#file(candidate: Candidate, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const known = this.#positions.get(candidate.name);
    if (known !== undefined && (await endsAt(candidate.path, known.offset))) return;
    const options = { root: this.#folder, framing: 'json', now: this.#context.now } as const;
    const { batchBytes, maxRecordBytes, readRate } = this.#config;
    const set = readFiles([candidate.path], { ...options, batchBytes, maxRecordBytes, ...(readRate === undefined ? {} : { readRate }) });
    try {
      for await (const batch of set.read({ positions: known === undefined ? [] : [known] }, signal)) {
        this.#positions.set(candidate.name, positionAfter(batch));
        const nothingNew = batch.bytes.length === 0 && known !== undefined && known.offset >= batch.offset;
        if (!nothingNew) yield batch;
      }
    } catch (error) {
      if (!(error instanceof VedetteError) || error.code === 'INTERNAL') throw error;
      if (error.code === 'INPUT_EMPTY') return;
      this.#counters.unreadable = (this.#counters.unreadable ?? 0) + 1;
      this.#context.log.error(`${candidate.name}: ${error.message}`, { code: error.code });
    } finally {
      const counters = set.counters();
      for (const name of Object.keys(counters))
        if (name in this.#counters) this.#counters[name] = (this.#counters[name] ?? 0) + (counters[name] ?? 0);
      await set.close();
    }
    this.#counters.files = (this.#counters.files ?? 0) + 1;
  }

  async #candidates(): Promise<Candidate[]> {
    const candidates: Candidate[] = [];
    let ignored = 0;
    const present = new Set<string>();
    for (const { path } of await walk(this.#folder)) {
      const name = relative(this.#folder, path).split(sep).join('/');
      const parsed = exportName(name);
      if (parsed === undefined) ignored++;
      else if (
        selected(
          name,
          this.#config.include === undefined
            ? { exclude: this.#config.exclude }
            : { include: this.#config.include, exclude: this.#config.exclude },
        )
      ) {
        if (this.#config.types !== undefined && !this.#config.types.includes(parsed.type)) continue;
        candidates.push({ path, name, time: parsed.time });
        present.add(path);
      }
    }
    this.#counters.names_ignored = ignored;
    this.#settled.forget(present);
    return candidates.sort((a, b) => a.time - b.time || (a.name < b.name ? -1 : 1));
  }
}

/** The content ends at this offset, told without reading it: by the size, or by what gzip notes at its end (RFC 1952, ISIZE). */
async function endsAt(path: string, offset: number): Promise<boolean> {
  const { size } = await stat(path);
  const compression = compressionOf(await headOf(path, 4));
  if (compression === undefined) return size === offset;
  if (compression !== 'gzip' || size < 18) return false;
  for await (const tail of fileChunks(path, size - 4)) {
    return tail.length === 4 && new DataView(tail.buffer, tail.byteOffset, 4).getUint32(0, true) === offset % 2 ** 32;
  }
  return false;
}
