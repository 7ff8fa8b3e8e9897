import { resolve } from 'node:path';
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
} from '../../core/index.ts';
import { skipBytes } from '../bytes/skip.ts';
import { ContentTrace } from '../files/fingerprint.ts';
import { readFinished } from '../files/finished.ts';
import { inputsOf } from '../files/inputs.ts';
import { OpenFile, type OpenFileOptions, openFileOptions } from '../files/open-file.ts';
import { readFiles } from '../files/read.ts';
import { fileLimits } from '../files/settings.ts';
import { Settled } from '../files/settled.ts';
import { StoredFile } from '../files/stored-file.ts';
import { isWholeParquet } from '../files/whole-parquet.ts';
import { Waker, watchFolder } from '../live/waker.ts';
import { LineAssembler } from '../records/lines.ts';
import { type FileState, FolderFiles } from './folder-files.ts';
import { holdsContent, isSameFile, type KnownFile, KnownFiles, keyOf, MEMBER } from './known-files.ts';
import { idOf, type Listed, listFolder } from './listing.ts';

const config = z.strictObject({
  path: z.string().min(1).describe('Folder whose files are followed; new files are found'),
  include: z.array(z.string()).optional().describe('Only files whose path below the folder matches one of these globs'),
  exclude: z.array(z.string()).default([]).describe('Not the files that match one of these globs'),
  subfolders: z.boolean().default(true).describe('Look into folders below too'),
  settleMs: z
    .number()
    .int()
    .min(0)
    .default(2000)
    .describe('Compressed files, archives, UTF-16 and copies of other files are read once unchanged for this long'),
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

/** Longest time that a growing copy waits for its original to be cut off. */
const LONGEST_COPY_MS = 600_000;

class DirectorySource implements Source {
  readonly replayable = true;
  readonly #config: Config;
  readonly #context: ComponentContext;
  readonly #folder: string;
  readonly #settled: Settled;
  readonly #options: OpenFileOptions;
  readonly #waker = new Waker();
  readonly #counters = { oversized: 0, skipped_bytes: 0, files: 0, rotations: 0, truncations: 0, copies: 0, unreadable: 0 };
  readonly #known = new KnownFiles();
  readonly #files: FolderFiles;
  /** The position last given of the file that is visited. */
  #given: Position | undefined;
  /** Versions that could not be read, by device and inode. */
  readonly #told = new Map<string, string>();
  #closed = false;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
    this.#folder = resolve(settings.path);
    this.#settled = new Settled(settings.settleMs, () => context.now() / 1000);
    this.#options = openFileOptions(settings, context, this.#counters);
    this.#files = new FolderFiles(this.#known, this.#options.pieces);
  }

  counters(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waker.wake();
  }

  async *read(resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    this.#known.restore(resume.positions);
    const unwatch = watchFolder(this.#folder, this.#waker);
    const stopped = () => signal.aborted || this.#closed;
    try {
      while (!stopped()) {
        const listed = await listFolder(this.#folder, this.#config, (file) => this.#files.stateOf(file)?.name);
        this.#counters.truncations += await this.#files.look(listed);
        this.#forget(listed);
        for (const file of this.#files.ordered(listed)) {
          if (stopped()) return;
          yield* this.#visit(file, signal);
        }
        if (!stopped()) await this.#waker.wait(this.#files.changed ? Math.min(20, this.#config.pollMs) : this.#config.pollMs, signal);
      }
    } finally {
      unwatch();
    }
  }

  #forget(listed: readonly Listed[]): void {
    const there = new Set(listed.map(idOf));
    for (const id of this.#told.keys()) if (!there.has(id)) this.#told.delete(id);
    this.#settled.forget(new Set(listed.map(({ path }) => path)));
  }

  async *#visit(file: Listed, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const state = this.#files.stateOf(file);
    if (state?.version === file.version && state.name === file.name && !state.unfinished) return;
    let stored: StoredFile | undefined;
    this.#given = undefined;
    try {
      stored = await StoredFile.open(file.path, file.name, this.#options.pieces);
      if (state === undefined || !stored.isFile(file) || stored.kind !== state.kind) {
        this.#files.changed = true;
        return;
      }
      if (stored.size === 0) return;
      const { parquetLines } = this.#context;
      if (stored.kind === 'parquet' && parquetLines !== undefined) yield* this.#readParquet(stored, file, state, parquetLines, signal);
      else if (stored.kind === 'growing') yield* this.#follow(stored, file, state, signal);
      else yield* this.#readWhole(stored, file, state, signal);
    } catch (error) {
      // Renamed or removed since the folder was listed; the next look finds it where it is.
      if (isSystemError(error) && error.code === 'ENOENT') {
        this.#files.changed = true;
        return;
      }
      if (!(error instanceof VedetteError) && !isSystemError(error)) throw error;
      // What it holds will not change by itself, what the system says may.
      if (state !== undefined && error instanceof VedetteError) Object.assign(state, { version: file.version, name: file.name });
      if (this.#told.get(idOf(file)) === file.version) return;
      this.#told.set(idOf(file), file.version);
      this.#counters.unreadable++;
      this.#context.log.warn(`${file.name}: ${error.message}`, { code: error.code });
    } finally {
      await stored?.close();
    }
  }

  async *#follow(stored: StoredFile, file: Listed, state: FileState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const same = await this.#sameAs(stored, state);
    const known = same ?? (await this.#unheld(stored));
    if (known === undefined && (await this.#waitsForOriginal(stored, file, state))) return;
    const generation = same?.position.generation ?? this.#known.newGeneration(stored.generation);
    const beginning = { input: file.name, generation, offset: await stored.markBytes(), line: 1 };
    const start: Position = known === undefined ? beginning : { ...known.position, input: file.name, generation };
    const moved = known !== undefined && known.position.input !== file.name;
    if (moved) this.#counters.rotations++;
    if (known === undefined) this.#counters.files++;
    const trace = await this.#trace(stored, start);
    const open = await OpenFile.over(stored.handle, file.name, start, this.#options);
    let given = 0;
    for await (const batch of open.drain(signal)) {
      yield* this.#give(batch, trace.after(batch));
      given++;
    }
    if (signal.aborted) return;
    // The new name is committed with the old position, so that a restart knows the file under it.
    if (known !== undefined && given === 0 && (moved || same === undefined)) yield* this.#place(start, generation);
    state.unfinished = (moved || state.unfinished) && open.partialBytes > 0;
    if (state.unfinished && (await this.#settled.check(file.path)) !== undefined) {
      for (const batch of open.finish()) yield* this.#give(batch, trace.after(batch));
      state.unfinished = false;
    }
    this.#done(stored, file, state, known, trace.head);
  }

  async *#readWhole(stored: StoredFile, file: Listed, state: FileState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const same = stored.kind === 'archive' ? undefined : await this.#sameAs(stored, state);
    if (same !== undefined && same.content?.endedAt === stored.size) {
      if (same.position.input !== file.name) {
        this.#counters.rotations++;
        yield* this.#place({ ...same.position, input: file.name }, same.position.generation);
      }
      this.#done(stored, file, state, same, state.head);
      return;
    }
    if ((await this.#settled.check(file.path)) === undefined) return;
    const compressed = same === undefined && stored.kind !== 'archive' ? await this.#unheld(stored) : undefined;
    if (same === undefined && compressed === undefined && (await this.#isCompressedCopy(stored))) {
      this.#counters.copies++;
      Object.assign(state, { version: file.version, name: file.name });
      return;
    }
    const known = same ?? compressed;
    const generation = same?.position.generation ?? this.#known.newGeneration(stored.generation);
    const start = known === undefined ? undefined : { ...known.position, input: file.name, generation: stored.generation };
    const trace = await this.#trace(stored, start);
    const batches =
      compressed !== undefined && start !== undefined
        ? readFinished(stored.handle, start, this.#options, signal)
        : this.#readSet(stored, file, start, signal);
    for await (const batch of batches) {
      const content = stored.kind === 'archive' ? MEMBER : trace.after(batch, batch.last ? stored.size : 0);
      yield* this.#give(stored.kind === 'archive' ? batch : { ...batch, generation }, content);
    }
    if (signal.aborted) return;
    if (known === undefined) this.#counters.files++;
    else if (known.position.input !== file.name) this.#counters.rotations++;
    this.#done(stored, file, state, known, state.head);
  }

  #readSet(stored: StoredFile, file: Listed, start: Position | undefined, signal: AbortSignal): AsyncIterable<RecordBatch> {
    const { batchBytes, maxRecordBytes, readRate } = this.#config;
    const { now } = this.#context;
    const framing = this.#options.pieces ? 'pieces' : 'auto';
    // The open file, whatever has its name by now.
    const path = process.platform === 'linux' ? `/proc/self/fd/${stored.handle.fd}` : file.path;
    const positions = stored.kind === 'archive' ? this.#known.membersOf(stored) : start === undefined ? [] : [start];
    const limits = { batchBytes, maxRecordBytes, ...(readRate === undefined ? {} : { readRate }) };
    return (async function* () {
      const inputs = await inputsOf({ name: file.name, path, bytes: stored.size });
      yield* readFiles([path], { inputs, now, framing, ...limits }).read({ positions }, signal);
    })();
  }

  /** A Parquet file once it is whole: its rows as lines, from the position that was committed on. */
  async *#readParquet(
    stored: StoredFile,
    file: Listed,
    state: FileState,
    lines: (path: string) => AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): AsyncGenerator<RecordBatch> {
    if ((await this.#settled.check(file.path)) === undefined || !(await isWholeParquet(file.path))) return;
    // A file that cannot be read is told of once.
    Object.assign(state, { version: file.version, name: file.name });
    const generation = `${stored.generation}:${stored.size}`;
    const beginning = { input: file.name, generation, offset: 0, line: 1 };
    const known = this.#known.get(generation)?.position;
    const start = known === undefined ? beginning : { ...known, input: file.name };
    if (known === undefined) this.#counters.files++;
    const assembler = new LineAssembler(start, this.#options.limits, this.#context.now, this.#counters);
    const chunks = start.offset === 0 ? lines(file.path) : (await skipBytes(lines(file.path), start.offset - 1)).rest;
    for await (const chunk of chunks)
      for (const batch of assembler.push(chunk)) {
        if (signal.aborted) return;
        yield* this.#give(batch, undefined);
      }
    for (const batch of assembler.finish()) {
      if (signal.aborted) return;
      yield* this.#give(batch, undefined);
    }
  }

  /** What was read of this very file before, which has only grown since. */
  async #sameAs(stored: StoredFile, state: FileState): Promise<KnownFile | undefined> {
    const known = state.key === undefined ? undefined : this.#known.get(state.key);
    return known !== undefined && (await isSameFile(stored, known)) ? known : undefined;
  }

  /** What was read before of a file that is gone, and that this one holds: it was copied, or compressed. */
  async #unheld(stored: StoredFile): Promise<KnownFile | undefined> {
    let found: KnownFile | undefined;
    for (const [key, known] of this.#known.entries()) {
      if (this.#files.holds(key) || known.position.offset <= (found?.position.offset ?? 0)) continue;
      if (await holdsContent(stored, known)) found = known;
    }
    return found;
  }

  /** A copy of a file that is still there may be the first step of its rotation: it is a file of its own only if both stay. */
  async #waitsForOriginal(stored: StoredFile, file: Listed, state: FileState): Promise<boolean> {
    if (!(await this.#files.isCopy(stored, 'beginning'))) return false;
    const now = performance.now();
    state.waitsSince ??= now;
    return now - state.waitsSince < LONGEST_COPY_MS && (await this.#settled.check(file.path)) === undefined;
  }

  /** Compressed while the original is still there, with all that it holds. */
  #isCompressedCopy(stored: StoredFile): Promise<boolean> {
    return stored.kind === 'whole' ? this.#files.isCopy(stored, 'whole') : Promise.resolve(false);
  }

  async #trace(stored: StoredFile, start: Position | undefined): Promise<ContentTrace> {
    const head = (await stored.contentHead()) ?? new Uint8Array(0);
    return new ContentTrace(head, await stored.markBytes(), start?.content);
  }

  *#give(batch: RecordBatch, content: string | undefined): Generator<RecordBatch> {
    const given = content === undefined ? batch : { ...batch, content };
    const kept = this.#known.keptBefore(batch.input, batch.generation);
    if (kept !== undefined) {
      this.#known.reached(kept);
      yield this.#placeBatch(kept);
    }
    this.#given = positionAfter(given);
    this.#known.reached(this.#given);
    yield given;
  }

  /** Nothing but where an input goes on. */
  *#place(position: Position, generation: string): Generator<RecordBatch> {
    yield* this.#give(this.#placeBatch({ ...position, generation }), position.content);
  }

  #placeBatch(position: Position): RecordBatch {
    return { ...position, bytes: new Uint8Array(0), arrival: this.#context.now(), last: false };
  }

  #done(stored: StoredFile, file: Listed, state: FileState, known: KnownFile | undefined, head: Uint8Array): void {
    const position = this.#given ?? known?.position;
    const key = position === undefined ? undefined : keyOf(position);
    if (known !== undefined && position !== undefined) this.#known.succeeds(keyOf(known.position), position.generation);
    Object.assign(state, { version: file.version, name: file.name, key, head, waitsSince: undefined });
    this.#files.holdsNow(file, stored.kind === 'archive' ? undefined : key);
  }
}
