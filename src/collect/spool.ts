import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, type Position, positionAfter, type RecordBatch, VedetteError } from '../core/index.ts';
import { openSegmentLog, type SegmentEntry, type SegmentLog, writeDurably } from '../store/index.ts';

/** Batches kept in memory besides, so that what has just been written is not read again. */
const RECENT_BYTES = 8 << 20;
const STATE = 'state.json';

interface State {
  /** Everything up to this number was answered for by the server. */
  readonly sent: number;
  /** `positions` are those after this number. */
  readonly covered: number;
  readonly positions: readonly Position[];
}

/**
 * Records of one source between being read and being answered for by the server: a bounded segment log, and how far each of its
 * inputs was read. An entry keeps its number and its bytes until then, also over a kill.
 */
export class Spool {
  private readonly folder: string;
  private readonly log: SegmentLog;
  private readonly positionOf = new Map<string, Position>();
  private recent: SegmentEntry[] = [];
  private recentBytes = 0;
  private waiting: (() => void) | undefined;
  private dirty = false;
  private saving: Promise<void> = Promise.resolve();
  /** `positionOf` holds what was read up to this entry. */
  private covered: number;
  sent: number;

  private constructor(folder: string, log: SegmentLog, state: State) {
    this.folder = folder;
    this.log = log;
    this.sent = state.sent;
    this.covered = state.covered;
    for (const position of state.positions) this.positionOf.set(position.input, position);
  }

  static async open(folder: string, maxBytes: number): Promise<Spool> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const state = await readState(join(folder, STATE));
    const log = await openSegmentLog(join(folder, 'segments'), {
      maxBytes,
      segmentBytes: Math.min(16 << 20, maxBytes / 4),
      whenFull: 'wait',
    });
    if (log.last < state.sent) {
      throw new VedetteError('STORE_CORRUPT', `the spool ${folder} has lost entries: it ends at ${log.last}, ${state.sent} were sent`, {
        hint: 'Remove the folder of the whole spool: the collector begins anew under a new id.',
      });
    }
    const spool = new Spool(folder, log, state);
    for await (const { sequence, batch } of log.replay(state.covered)) spool.moved(sequence, batch);
    return spool;
  }

  /** Where a source that can be read again goes on. */
  get positions(): readonly Position[] {
    return [...this.positionOf.values()];
  }

  get last(): number {
    return this.log.last;
  }

  get bytes(): number {
    return this.log.bytes;
  }

  /** True once the batch is durable; waits while the spool is full, false when `signal` aborts before. */
  async append(batch: RecordBatch, signal: AbortSignal): Promise<boolean> {
    const sequence = await unlessAborted(this.log.append(batch), signal);
    if (sequence === undefined) return false;
    this.moved(sequence, batch);
    this.dirty = true;
    this.recent.push({ sequence, batch });
    this.recentBytes += batch.bytes.length;
    if (this.recentBytes > RECENT_BYTES) this.forgetRecent();
    this.wake();
    return true;
  }

  /** Entries that are not sent, in order, and those to come; ends when `signal` aborts. */
  async *unsent(signal: AbortSignal): AsyncGenerator<SegmentEntry> {
    let at = this.sent;
    signal.addEventListener('abort', () => this.wake(), { once: true });
    while (!signal.aborted) {
      const [next] = this.recent;
      if (next !== undefined && next.sequence <= at + 1) {
        this.recent.shift();
        this.recentBytes -= next.batch.bytes.length;
        if (next.sequence <= at) continue;
        at = next.sequence;
        yield next;
      } else if (at < this.log.last) {
        const until = this.log.last;
        for await (const entry of this.log.replay(at)) {
          at = entry.sequence;
          yield entry;
          if (signal.aborted) return;
          if (at >= until) break;
        }
      } else await new Promise<void>((resolve) => (this.waiting = resolve));
    }
  }

  /** The server has answered for everything up to `sequence`. */
  answered(sequence: number): void {
    this.sent = sequence;
    this.dirty = true;
  }

  /** Writes down how far things are, then lets go of what was sent. */
  save(): Promise<void> {
    const done = this.saving.then(() => this.saveNow());
    this.saving = done.catch(() => undefined);
    return done;
  }

  private async saveNow(): Promise<void> {
    if (!this.dirty) return;
    this.dirty = false;
    const state: State = { sent: this.sent, covered: this.covered, positions: this.positions };
    await writeDurably(join(this.folder, STATE), new TextEncoder().encode(JSON.stringify(state)));
    await this.log.trim(state.sent);
  }

  async close(): Promise<void> {
    this.wake();
    await this.save();
    await this.log.close();
  }

  private moved(sequence: number, batch: RecordBatch): void {
    this.covered = sequence;
    this.positionOf.set(batch.input, positionAfter(batch));
  }

  private wake(): void {
    this.waiting?.();
    this.waiting = undefined;
  }

  private forgetRecent(): void {
    this.recent = [];
    this.recentBytes = 0;
  }
}

/** undefined where `signal` aborts first; what becomes of the work then is nobody's business. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  let stop = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function readState(path: string): Promise<State> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as State;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return { sent: 0, covered: 0, positions: [] };
    throw new VedetteError('STORE_CORRUPT', `the state of the spool cannot be read: ${path}`, {
      hint: 'Remove the folder of the whole spool: the collector begins anew under a new id.',
      cause: error,
    });
  }
}
