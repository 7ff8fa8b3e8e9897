import { open, stat } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import {
  type ComponentContext,
  define,
  isSystemError,
  type Position,
  positionAfter,
  type RecordBatch,
  type Source,
  type SourceState,
  VedetteError,
} from '../core/index.ts';
import { headOf } from './bytes/chunks.ts';
import { compressionOf, isZip } from './bytes/content.ts';
import { skipBytes } from './bytes/skip.ts';
import { encodingOf } from './bytes/text.ts';
import { isEvtx } from './evtx/lines.ts';
import { formatGeneration, generationOf, parseGeneration, sameHead } from './files/generation.ts';
import { selected, walk } from './files/inputs.ts';
import { OpenFile, type OpenFileOptions, openFileOptions } from './files/open-file.ts';
import { readFiles } from './files/read.ts';
import { holds } from './files/rotation.ts';
import { fileLimits } from './files/settings.ts';
import { Settled } from './files/settled.ts';
import { isParquet, isWholeParquet } from './files/whole-parquet.ts';
import { isJournalExport } from './journald/export.ts';
import { Waker, watchFolder } from './live/waker.ts';
import { LineAssembler } from './records/lines.ts';

const config = z.strictObject({
  path: z.string().min(1).describe('Folder whose files are followed; new files are found'),
  include: z.array(z.string()).optional().describe('Only files whose path below the folder matches one of these globs'),
  exclude: z.array(z.string()).default([]).describe('Not the files that match one of these globs'),
  subfolders: z.boolean().default(true).describe('Look into folders below too'),
  settleMs: z.number().int().min(0).default(2000).describe('Compressed files, archives and UTF-16 are read once unchanged for this long'),
  pollMs: z.number().int().min(5).default(1000).describe('Longest time between two looks at the folder, in milliseconds'),
  ...fileLimits,
});

type Config = z.output<typeof config>;

export default define({
  name: 'directory',
  summary:
    'Follows every log file, capture or table of readings of a folder as it grows, new, rotated and compressed ones too; Parquet files once they are whole',
  config,
  records: ['lines', 'packets', 'readings', 'sensor'],
  create: (settings, context): Source => new DirectorySource(settings, context),
});

/** What is known of one physical file. */
interface Known {
  position: Position;
  size: number;
  modified: string;
}

class DirectorySource implements Source {
  readonly replayable = true;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #folder: string;
  readonly #settled: Settled;
  readonly #options: OpenFileOptions;
  readonly #waker = new Waker();
  readonly #counters = { oversized: 0, skipped_bytes: 0, files: 0, rotations: 0, truncations: 0, unreadable: 0 };
  /** By generation; what a position was committed for stays recognised under any name. */
  readonly #known = new Map<string, Known>();
  /** Generation that is read or was last read at each path. */
  readonly #at = new Map<string, string>();
  readonly #whole = new Map<string, string>();
  #closed = false;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
    this.#folder = resolve(settings.path);
    this.#settled = new Settled(settings.settleMs, () => context.now() / 1000);
    this.#options = openFileOptions(settings, context, this.#counters);
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waker.wake();
  }

  async *read(resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    for (const position of resume.positions) {
      const before = this.#known.get(position.generation)?.position.offset ?? -1;
      if (position.offset > before) this.#known.set(position.generation, { position, size: -1, modified: '' });
    }
    const unwatch = watchFolder(this.#folder, this.#waker);
    try {
      while (!signal.aborted && !this.#closed) {
        for (const path of await this.#movedFirst(await this.#paths())) {
          if (signal.aborted || this.#closed) return;
          yield* this.#visit(path, signal);
        }
        if (!signal.aborted && !this.#closed) await this.#waker.wait(this.#config.pollMs, signal);
      }
    } finally {
      unwatch();
    }
  }

  async #paths(): Promise<string[]> {
    const { include, exclude, subfolders } = this.#config;
    const paths: string[] = [];
    for (const { path } of await walk(this.#folder)) {
      const name = this.#nameOf(path);
      if (!subfolders && name.includes('/')) continue;
      if (selected(name, include === undefined ? { exclude } : { include, exclude })) paths.push(path);
    }
    return paths;
  }

  /** Known files under a new name come first: their place must be committed before the old name is taken over. */
  async #movedFirst(paths: readonly string[]): Promise<string[]> {
    const names = new Map<string, string>();
    for (const [text, { position }] of this.#known) {
      const generation = parseGeneration(text);
      if (generation !== undefined) names.set(`${generation.device}:${generation.inode}`, position.input);
    }
    const moved: string[] = [];
    const others: string[] = [];
    for (const path of paths) {
      const info = await stat(path, { bigint: true }).catch(() => undefined);
      const name = info === undefined ? undefined : names.get(`${info.dev}:${info.ino}`);
      (name !== undefined && name !== this.#nameOf(path) ? moved : others).push(path);
    }
    return [...moved, ...others];
  }

  async *#visit(path: string, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    try {
      const head = await headOf(path, 16);
      if (head.length === 0) return;
      const { parquetLines } = this.#context;
      if (parquetLines !== undefined && isParquet(head)) {
        yield* this.#readParquet(path, parquetLines, signal);
        return;
      }
      const isText = !isEvtx(head) && !isJournalExport(head) && encodingOf(head).encoding === 'utf-8';
      const followed = compressionOf(head) === undefined && !isZip(head) && (this.#options.pieces || isText);
      yield* followed ? this.#follow(path, signal) : this.#readWhole(path, signal);
    } catch (error) {
      // Renamed or removed since the folder was listed; the next look finds it where it is.
      if (isSystemError(error) && error.code === 'ENOENT') return;
      if (!(error instanceof VedetteError)) throw error;
      this.#counters.unreadable++;
      this.#context.log.warn(`${this.#nameOf(path)}: ${error.message}`, { code: error.code });
    }
  }

  async *#follow(path: string, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const name = this.#nameOf(path);
    const probe = await OpenFile.open(path, name, 'beginning', this.#options);
    try {
      const info = await probe.handle.stat({ bigint: true });
      const [size, modified] = [Number(info.size), String(info.mtimeNs)];
      const generation = await this.#generationOf(path, probe);
      const known = generation === undefined ? undefined : this.#known.get(generation);
      if (known?.size === size && known.modified === modified && this.#at.get(path) === generation) return;
      if (known === undefined && this.#at.has(path)) this.#counters.truncations++;
      if (known === undefined) this.#counters.files++;
      const moved = known !== undefined && known.position.input !== name;
      if (moved) this.#counters.rotations++;
      const start = known === undefined ? 'beginning' : { ...known.position, input: name };
      const file = typeof start === 'object' ? probe.from(start) : probe;
      let position = typeof start === 'object' ? start : undefined;
      for await (const batch of file.drain(signal)) {
        position = positionAfter(batch);
        yield batch;
      }
      if (signal.aborted || position === undefined) return;
      // The new name is committed with the old position, so that a restart knows the file under it.
      if (moved && position === start) yield { ...position, bytes: new Uint8Array(0), arrival: this.#context.now(), last: false };
      this.#known.set(position.generation, { position, size, modified });
      this.#at.set(path, position.generation);
    } finally {
      await probe.handle.close();
    }
  }

  /** The known generation that this open file continues, whatever has its name by now. A copy of a file that was since cut or removed continues it too. */
  async #generationOf(path: string, file: OpenFile): Promise<string | undefined> {
    const { size } = await file.handle.stat();
    const copied: string[] = [];
    for (const [text, { position }] of this.#known) {
      const generation = parseGeneration(text);
      if (generation === undefined || size < position.offset || generation.headBytes === 0) continue;
      const sameFile = generation.inode === file.inode && generation.device === file.device;
      if (!sameFile) copied.push(text);
      else if (await sameHead(file.handle, generation)) return text;
    }
    for (const text of copied) {
      const generation = parseGeneration(text);
      if (generation !== undefined && (await sameHead(file.handle, generation)) && (await this.#isGone(text, path))) return text;
    }
    return undefined;
  }

  /** No file in the folder, other than `path`, is this generation any more. */
  async #isGone(text: string, path: string): Promise<boolean> {
    const generation = parseGeneration(text);
    if (generation === undefined) return false;
    for (const other of await this.#paths()) {
      if (other === path) continue;
      const file = await OpenFile.open(other, '', 'beginning', this.#options).catch(() => undefined);
      if (file === undefined) continue;
      const same = file.inode === generation.inode && file.device === generation.device;
      await file.handle.close();
      if (same && (await holds(other, generation))) return false;
    }
    return true;
  }

  async *#readWhole(path: string, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const state = await this.#settled.check(path);
    const version = state?.version;
    if (version === undefined || this.#whole.get(path) === version) return;
    const { batchBytes, maxRecordBytes, readRate } = this.#config;
    const set = readFiles([path], {
      root: this.#folder,
      batchBytes,
      maxRecordBytes,
      now: this.#context.now,
      framing: this.#options.pieces ? 'pieces' : 'auto',
      ...(readRate === undefined ? {} : { readRate }),
    });
    const compressedCopy = await this.#knownContent(path);
    const positions = [...this.#known.values()].map(({ position }) => position);
    if (compressedCopy === undefined) {
      for await (const batch of set.read({ positions }, signal)) {
        const position = positionAfter(batch);
        this.#known.set(position.generation, { position, size: -1, modified: '' });
        yield batch;
      }
    }
    if (signal.aborted) return;
    this.#counters.files++;
    this.#whole.set(path, version);
  }

  /** A Parquet file once it is whole: its rows as lines, from the position that was committed on. */
  async *#readParquet(path: string, lines: (path: string) => AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const state = await this.#settled.check(path);
    if (state === undefined || this.#whole.get(path) === state.version || !(await isWholeParquet(path))) return;
    // A file that cannot be read is told of once.
    this.#whole.set(path, state.version);
    const generation = `${await generationAt(path)}:${state.size}`;
    const beginning = { input: this.#nameOf(path), generation, offset: 0, line: 1 };
    const start = this.#known.get(generation)?.position ?? beginning;
    if (start === beginning) this.#counters.files++;
    const assembler = new LineAssembler(start, this.#options.limits, this.#context.now, this.#counters);
    const chunks = start.offset === 0 ? lines(path) : (await skipBytes(lines(path), start.offset - 1)).rest;
    const batches = async function* () {
      for await (const chunk of chunks) yield* assembler.push(chunk);
      yield* assembler.finish();
    };
    for await (const batch of batches()) {
      if (signal.aborted) return;
      this.#known.set(generation, { position: positionAfter(batch), size: state.size, modified: '' });
      yield batch;
    }
  }

  /** A rotated file that was compressed after it was read. */
  async #knownContent(path: string): Promise<string | undefined> {
    for (const text of this.#known.keys()) {
      const generation = parseGeneration(text);
      if (generation !== undefined && (await this.#isGone(text, path)) && (await holds(path, generation))) return text;
    }
    return undefined;
  }

  #nameOf(path: string): string {
    return relative(this.#folder, path).split(sep).join('/');
  }
}

async function generationAt(path: string): Promise<string> {
  const handle = await open(path);
  try {
    return formatGeneration(await generationOf(handle));
  } finally {
    await handle.close();
  }
}
