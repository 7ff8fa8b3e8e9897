import { open, readFile } from 'node:fs/promises';
import { type RecordBatch, VedetteError } from '../../core/index.ts';
import type { SegmentEntry, SegmentLog, SegmentOptions } from '../contract.ts';
import { FILE_MODE, syncFolder } from '../disk.ts';
import { FULL_HINT, storeError } from '../errors.ts';
import { decodeBatch, encodeBatch, frameLength } from './frame.ts';
import { openSegments, removeSegments, type Segment, segmentPath, truncate } from './segment-files.ts';

interface Waiting {
  readonly frame: Buffer;
  resolve(sequence: number): void;
  reject(error: Error): void;
}

export const SEGMENT_DEFAULTS = { maxBytes: 1024 ** 3, heldBytes: 1024 ** 3, segmentBytes: 16 * 1024 ** 2, whenFull: 'wait' } as const;

/** What the log asks of a file; tests hand in one whose disk is full. */
export interface SegmentFile {
  writev(buffers: readonly Buffer[]): Promise<{ readonly bytesWritten: number }>;
  datasync(): Promise<void>;
  close(): Promise<void>;
}
export type OpenSegment = (path: string) => Promise<SegmentFile>;
const openOnDisk: OpenSegment = (path) => open(path, 'ax', FILE_MODE);

export async function openSegmentLog(folder: string, options: SegmentOptions = {}, openSegment = openOnDisk): Promise<SegmentLog> {
  return new DiskSegmentLog(folder, await openSegments(folder), { ...SEGMENT_DEFAULTS, ...options }, openSegment);
}

class DiskSegmentLog implements SegmentLog {
  private readonly folder: string;
  private readonly segments: Segment[];
  private readonly limits: Required<SegmentOptions>;
  private readonly openSegment: OpenSegment;
  private readonly queue: Waiting[] = [];
  private queuedBytes = 0;
  private active: Awaited<ReturnType<OpenSegment>> | undefined;
  private writing: Promise<void> | undefined;
  private turn: Promise<void> = Promise.resolve();
  private room: { promise: Promise<void>; open: () => void } | undefined;
  private closed = false;
  last: number;

  constructor(folder: string, segments: Segment[], limits: Required<SegmentOptions>, openSegment: OpenSegment) {
    this.folder = folder;
    this.segments = segments;
    // A quarter at most, so that trimming whole files always makes room before the log is full.
    this.limits = { ...limits, segmentBytes: Math.max(1, Math.min(limits.segmentBytes, limits.maxBytes / 4)) };
    this.openSegment = openSegment;
    const newest = segments.at(-1);
    this.last = newest === undefined ? 0 : newest.first + newest.entries - 1;
  }

  get bytes(): number {
    return this.segments.reduce((sum, segment) => sum + (segment.held ? 0 : segment.bytes), 0);
  }

  async append(batch: RecordBatch): Promise<number> {
    const frame = encodeBatch(batch);
    if (frame.length > this.limits.maxBytes) {
      throw new VedetteError(
        'LIMIT_EXCEEDED',
        `A batch of ${frame.length} bytes does not fit the segment log (${this.limits.maxBytes} bytes)`,
        {
          hint: 'Raise the size of the segment log or lower the batch size of the source.',
        },
      );
    }
    while (!this.closed && this.bytes + this.queuedBytes + frame.length > this.limits.maxBytes) {
      if (this.limits.whenFull === 'reject') throw this.fullError();
      await this.waitForRoom();
    }
    if (this.closed) throw new VedetteError('INTERNAL', 'The segment log is closed');
    return new Promise((resolve, reject) => {
      this.queue.push({ frame, resolve, reject });
      this.queuedBytes += frame.length;
      this.writing ??= this.write();
    });
  }

  /** Writes whatever waits as one group with one fsync, until nothing waits. */
  private async write(): Promise<void> {
    await Promise.resolve();
    while (this.queue.length > 0) await this.exclusively(() => this.writeGroup(this.queue.splice(0)));
    this.writing = undefined;
  }

  private async writeGroup(group: readonly Waiting[]): Promise<void> {
    const bytes = group.reduce((sum, waiting) => sum + waiting.frame.length, 0);
    try {
      const segment = await this.writable();
      await this.writeAll(group);
      segment.bytes += bytes;
      segment.entries += group.length;
      for (const waiting of group) waiting.resolve(++this.last);
    } catch (error) {
      await this.abandonActive();
      const failure = storeError(error, 'Appending to the segment log');
      for (const waiting of group) waiting.reject(failure);
    } finally {
      this.queuedBytes -= bytes;
      this.makeRoom();
    }
  }

  /** Writing and trimming both change the list of files: one at a time. */
  private exclusively(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async writeAll(group: readonly Waiting[]): Promise<void> {
    let rest: Buffer[] = group.map((waiting) => waiting.frame);
    while (rest.length > 0) {
      const part = rest.slice(0, 512);
      let { bytesWritten } = (await this.active?.writev(part)) ?? { bytesWritten: 0 };
      rest = rest.slice(part.length);
      for (const [i, frame] of part.entries()) {
        if (bytesWritten >= frame.length) bytesWritten -= frame.length;
        else {
          // A short write: what remains goes out again, and a full disk then says so.
          rest = [frame.subarray(bytesWritten), ...part.slice(i + 1), ...rest];
          break;
        }
      }
    }
    await this.active?.datasync();
  }

  private async writable(): Promise<Segment> {
    const newest = this.segments.at(-1);
    if (newest !== undefined && this.active !== undefined && newest.bytes < this.limits.segmentBytes) return newest;
    await this.active?.close();
    this.active = undefined;
    const first = this.last + 1;
    if (newest !== undefined && newest.entries === 0) await removeSegments(this.folder, [this.segments.pop() as Segment]);
    const path = segmentPath(this.folder, first);
    this.active = await this.openSegment(path);
    await syncFolder(this.folder);
    const segment: Segment = { path, first, entries: 0, bytes: 0, held: false };
    this.segments.push(segment);
    return segment;
  }

  /** After a failed write or fsync nothing is known about the tail: cut it off and go on in a new file. */
  private async abandonActive(): Promise<void> {
    const newest = this.segments.at(-1);
    await this.active?.close().catch(() => undefined);
    this.active = undefined;
    if (newest !== undefined) await truncate(newest.path, newest.bytes).catch(() => undefined);
  }

  async *replay(sequence: number): AsyncIterable<SegmentEntry> {
    for (const segment of [...this.segments]) {
      if (segment.first + segment.entries - 1 <= sequence) continue;
      const buffer = await readFile(segment.path).catch((error: unknown) => {
        throw storeError(error, `Reading ${segment.path}`);
      });
      const entries = segment.entries;
      for (let i = 0, at = 0; i < entries; i++) {
        const length = frameLength(buffer, at);
        if (length === 0) throw this.damaged(segment, at);
        if (segment.first + i > sequence) yield { sequence: segment.first + i, batch: decodeBatch(buffer.subarray(at, at + length)) };
        at += length;
      }
    }
  }

  trim(sequence: number, keep: readonly (readonly [number, number])[] = []): Promise<void> {
    return this.exclusively(() => this.trimNow(sequence, keep));
  }

  private async trimNow(sequence: number, keep: readonly (readonly [number, number])[]): Promise<void> {
    const covered = this.segments.filter((segment) => segment.entries > 0 && segment.first + segment.entries - 1 <= sequence);
    for (const segment of covered) {
      segment.held = keep.some(([from, to]) => from < segment.first + segment.entries && to >= segment.first);
    }
    this.boundHeld(covered);
    const gone = covered.filter((segment) => !segment.held);
    // A younger, empty file carries the sequence over a restart.
    const newest = this.segments.at(-1);
    if (newest !== undefined && covered.includes(newest)) await this.rollOver();
    for (const segment of gone) this.segments.splice(this.segments.indexOf(segment), 1);
    await removeSegments(this.folder, gone);
    this.makeRoom();
  }

  /** The oldest of what is only held goes first. */
  private boundHeld(covered: readonly Segment[]): void {
    let bytes = 0;
    for (const segment of [...covered].reverse()) {
      if (!segment.held) continue;
      bytes += segment.bytes;
      segment.held = bytes <= this.limits.heldBytes;
    }
  }

  private async rollOver(): Promise<void> {
    await this.active?.close();
    this.active = undefined;
    await this.writable();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.makeRoom();
    await this.writing;
    await this.turn;
    await this.active?.close();
    this.active = undefined;
  }

  private waitForRoom(): Promise<void> {
    if (this.room === undefined) {
      let release = () => {};
      const promise = new Promise<void>((resolve) => {
        release = resolve;
      });
      this.room = { promise, open: release };
    }
    return this.room.promise;
  }

  private makeRoom(): void {
    this.room?.open();
    this.room = undefined;
  }

  private fullError(): VedetteError {
    return new VedetteError('STORE_FULL', `The segment log holds ${this.bytes} of ${this.limits.maxBytes} bytes that no epoch covers yet`, {
      hint: FULL_HINT,
    });
  }

  private damaged(segment: Segment, at: number): VedetteError {
    return new VedetteError('STORE_CORRUPT', `${segment.path} is damaged at byte ${at}`, {
      hint: 'The file was changed or the disk failed; restore it from a backup, or remove it to go on without these records.',
    });
  }
}
