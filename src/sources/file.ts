import { statSync } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { z } from 'zod';
import {
  type ComponentContext,
  define,
  isSystemError,
  type Position,
  type RecordBatch,
  type Source,
  type SourceState,
} from '../core/index.ts';
import { unreadable } from './bytes/chunks.ts';
import { readFinished } from './files/finished.ts';
import { parseGeneration, sameHead } from './files/generation.ts';
import { OpenFile, type OpenFileOptions, openFileOptions } from './files/open-file.ts';
import { findGeneration, type Sibling, siblingsOf } from './files/rotation.ts';
import { fileLimits } from './files/settings.ts';
import { Waker, watchFolder } from './live/waker.ts';

const config = z.strictObject({
  path: z.string().min(1).describe('File to follow; it may appear later'),
  from: z.enum(['beginning', 'end']).default('beginning').describe('Where to begin a file that was never read'),
  pollMs: z.number().int().min(5).default(500).describe('Longest time between two looks at the file, in milliseconds'),
  rotationGraceMs: z
    .number()
    .int()
    .min(0)
    .default(1000)
    .describe('How long a rotated file must stay quiet before it is finished, in milliseconds'),
  ...fileLimits,
});

type Config = z.output<typeof config>;

export default define({
  name: 'file',
  summary: 'Follows a growing log file or capture through rotation, truncation and deletion',
  config,
  records: ['lines', 'packets', 'readings', 'sensor'],
  create: (settings, context): Source => new FileSource(settings, context),
});

class FileSource implements Source {
  readonly replayable = true;
  readonly #config: Config;
  readonly #path: string;
  readonly #input: string;
  readonly #options: OpenFileOptions;
  readonly #context: ComponentContext;
  readonly #counters = { oversized: 0, skipped_bytes: 0, rotations: 0, truncations: 0, lost_generations: 0 };
  readonly #waker = new Waker();
  /** The last file read to its end, until the files between it and the next are read too. */
  #previous: Identity | undefined;
  /** That is read now. */
  #file: OpenFile | undefined;
  #closed = false;

  constructor(settings: Config, context: ComponentContext) {
    this.#config = settings;
    this.#context = context;
    this.#path = resolve(settings.path);
    this.#input = basename(this.#path);
    this.#options = openFileOptions(settings, context, this.#counters);
  }

  counters(): Readonly<Record<string, number>> {
    const file = this.#file;
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size;
    return {
      ...this.#counters,
      ...(file === undefined || size === undefined ? {} : { bytes_left: Math.max(0, size - (file.position?.offset ?? 0)) }),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#waker.wake();
  }

  async *read(resume: SourceState, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    const unwatch = watchFolder(dirname(this.#path), this.#waker);
    let file: OpenFile | undefined;
    try {
      const position = resume.positions.find(({ input }) => input === this.#input);
      let start: Position | 'beginning' | 'end' = this.#config.from;
      if (position !== undefined) {
        const current = await this.#continues(position);
        if (!current) yield* this.#catchUp(position, signal);
        start = current ? position : 'beginning';
      }
      while (!signal.aborted && !this.#closed) {
        file ??= await this.#open(start);
        this.#file = file;
        if (file !== undefined && this.#previous !== undefined) yield* this.#missed(file, signal);
        if (file !== undefined) {
          start = 'beginning';
          yield* file.drain(signal);
          if (signal.aborted) return;
          const change = await this.#changeOf(file);
          if (change === 'none') await this.#waker.wait(this.#config.pollMs, signal);
          else {
            const ended: OpenFile = file;
            file = undefined;
            yield* change === 'replaced' ? this.#rotated(ended, signal) : this.#truncated(ended, signal);
          }
        } else {
          start = 'beginning';
          await this.#waker.wait(this.#config.pollMs, signal);
        }
      }
    } finally {
      this.#file = undefined;
      unwatch();
      await file?.handle.close();
    }
  }

  async #open(start: Position | 'beginning' | 'end'): Promise<OpenFile | undefined> {
    try {
      return await OpenFile.open(this.#path, this.#input, start, this.#options);
    } catch (error) {
      if (isSystemError(error) && error.code === 'ENOENT') return undefined;
      throw isSystemError(error) ? unreadable(this.#path, error) : error;
    }
  }

  async #changeOf(file: OpenFile): Promise<'none' | 'replaced' | 'truncated'> {
    const info = await stat(this.#path, { bigint: true }).catch(() => undefined);
    if (info !== undefined && (String(info.ino) !== file.inode || String(info.dev) !== file.device)) return 'replaced';
    return (await file.wasTruncated()) ? 'truncated' : 'none';
  }

  /** Reads a file that has another name now until its writer is done, then those rotated away in between. */
  async *#rotated(file: OpenFile, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    this.#counters.rotations++;
    try {
      if (await file.wasTruncated()) {
        yield* this.#lostTail(file, signal);
        return;
      }
      const quiet = new Waker();
      for (let grew = true; grew && !signal.aborted; ) {
        await quiet.wait(this.#config.rotationGraceMs, signal);
        grew = yield* file.drain(signal);
      }
      if (signal.aborted) return;
      yield* file.finish();
      this.#previous = file;
    } finally {
      await file.handle.close();
    }
  }

  async *#truncated(file: OpenFile, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    this.#counters.truncations++;
    try {
      yield* this.#lostTail(file, signal);
    } finally {
      await file.handle.close();
    }
  }

  /** What was cut off before it was read is still there when the file was copied first (copytruncate). */
  async *#lostTail(file: OpenFile, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    if (file.position !== undefined) yield* this.#rest(file.position, signal);
  }

  /** The unread rest of a file that is now among the rotated ones; returns whether it was found. */
  async *#rest(position: Position, signal: AbortSignal): AsyncGenerator<RecordBatch, boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const siblings = await siblingsOf(this.#path);
      const sibling = siblings[await findGeneration(siblings, position)];
      if (sibling === undefined) return false;
      const handle = await openSibling(sibling);
      if (handle === undefined) continue;
      try {
        yield* readFinished(handle, position, this.#options, signal);
      } finally {
        await handle.close();
      }
      if (!signal.aborted) this.#previous = sibling;
      return true;
    }
    return false;
  }

  /** Files rotated away after the last one that was read and before the one that is open now. */
  async *#missed(next: OpenFile, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    for (let attempt = 0; attempt < ATTEMPTS && this.#previous !== undefined && !signal.aborted; ) {
      const siblings = await siblingsOf(this.#path);
      const at = siblings.findIndex((sibling) => sameFile(sibling, this.#previous));
      const sibling = at === -1 ? undefined : siblings[at + 1];
      if (sibling === undefined || sameFile(sibling, next)) break;
      const handle = await openSibling(sibling);
      if (handle === undefined) {
        attempt++;
        continue;
      }
      try {
        yield* readFinished(handle, this.#input, this.#options, signal);
      } finally {
        await handle.close();
      }
      if (signal.aborted) return;
      this.#previous = sibling;
    }
    this.#previous = undefined;
  }

  async #continues(position: Position): Promise<boolean> {
    const generation = parseGeneration(position.generation);
    const file = await this.#open('beginning');
    if (file === undefined) return false;
    try {
      if (generation === undefined || generation.inode !== file.inode || generation.device !== file.device) return false;
      return (await file.handle.stat()).size >= position.offset && (await sameHead(file.handle, generation));
    } finally {
      await file.handle.close();
    }
  }

  /** After a stop: the rest of the file that was being read, then what was rotated since. */
  async *#catchUp(position: Position, signal: AbortSignal): AsyncGenerator<RecordBatch> {
    if (yield* this.#rest(position, signal)) return;
    this.#counters.lost_generations++;
    this.#context.log.warn(`${this.#path} was replaced, and what it was before is not among its rotated files`, {
      offset: position.offset,
    });
  }
}

/** Rotation renames files while they are looked at: each is opened, then compared with what was meant. */
const ATTEMPTS = 20;

async function openSibling(sibling: Sibling): Promise<FileHandle | undefined> {
  const handle = await open(sibling.path, 'r').catch(() => undefined);
  if (handle === undefined) return undefined;
  const { dev, ino } = await handle.stat({ bigint: true });
  if (String(ino) === sibling.inode && String(dev) === sibling.device) return handle;
  await handle.close();
  return undefined;
}

interface Identity {
  readonly device: string;
  readonly inode: string;
}

function sameFile(a: Identity, b: Identity | undefined): boolean {
  return a.inode === b?.inode && a.device === b.device;
}
