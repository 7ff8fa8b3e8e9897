import { setImmediate } from 'node:timers/promises';
import type { EventBatch, EventKind, LogBatch } from '../../core/index.ts';
import { PageScratch } from './columnar/chunk-pages.ts';
import type { ColumnSource } from './columnar/column-source.ts';
import { type FileColumn, fileBytes } from './columnar/file-bytes.ts';
import { type RowGroup, RowGroups } from './columnar/row-groups.ts';
import { dayName, MAX_DAYS, MICROS_PER_DAY, monthName, UNDATED } from './day-partitions.ts';
import { eventSources } from './event-sources.ts';
import { logSources } from './log-sources.ts';
import { storedColumns } from './stored-columns.ts';

/** Past so many staged rows, or bytes of them, they go to disk before the epoch ends; they stay invisible until it commits. */
const SPILL_ROWS = 1_000_000;
const SPILL_BYTES = 64 * 1024 ** 2;
/** The same of text that is not encoded yet, of which every day has a page. */
const SPILL_WAITING_BYTES = 256 * 1024 ** 2;
/** Files of one epoch that are made at once. */
const MAX_FILES = 200;

/** One file of an epoch, complete but for being on disk. */
export interface StagedFile {
  /** The day or month its rows lie in, or `undated`. */
  readonly partition: string;
  readonly parts: readonly Uint8Array[];
  readonly rows: number;
  /** Of the rows' times; none where they have none. */
  readonly times: readonly [low: number, high: number] | undefined;
  readonly sources: readonly string[];
}

interface Partition {
  readonly name: string;
  /** That a day lies in, or the name itself. */
  readonly month: string;
  readonly columns: readonly FileColumn[];
  readonly groups: RowGroups;
  readonly sources: Set<string>;
  rows: number;
  low: number;
  high: number;
}

/** Events of one kind and epoch on their way to Parquet files, one for each day: encoded as they come, so that little waits for the commit. */
export class EventStaging {
  readonly kind: EventKind;
  /** That the rows belong to. */
  readonly epoch: number;
  rows = 0;
  private readonly scratch = new PageScratch();
  private readonly partitions = new Map<string, Partition>();

  constructor(kind: EventKind, epoch: number) {
    this.kind = kind;
    this.epoch = epoch;
  }

  get isFull(): boolean {
    if (this.rows >= SPILL_ROWS || this.partitions.size >= MAX_FILES) return true;
    let [encoded, waiting] = [0, 0];
    for (const { groups } of this.partitions.values()) {
      encoded += groups.size;
      waiting += groups.waiting;
    }
    return encoded >= SPILL_BYTES || waiting >= SPILL_WAITING_BYTES;
  }

  /** `templateIds[code]` is what the template codes of a log batch stand for. Other work of the thread comes in between pages, of some milliseconds each. */
  async append(batch: LogBatch | EventBatch, templateIds: readonly string[] = []): Promise<void> {
    const sources = batch.kind === 'log' ? logSources(batch, templateIds) : eventSources(batch);
    const times = timesOf(batch);
    for (let from = 0; from < batch.rows; ) {
      const { to, day } = sameDay(times, from, batch.rows);
      const partition = this.partitionOf(day);
      partition.sources.add(batch.source);
      partition.rows += to - from;
      this.rows += to - from;
      if (day !== undefined && times !== undefined) reach(partition, times, from, to);
      await this.fill(partition, sources, from, to, batch.rows);
      from = to;
    }
  }

  private async fill({ groups }: Partition, sources: readonly ColumnSource[], from: number, to: number, rows: number): Promise<void> {
    for (let at = from; at < to; ) {
      at = groups.append(sources, at, to);
      if (at < rows) await setImmediate();
    }
  }

  /** What was appended so far, each file's rows in the order in which they came within a day. */
  files(): readonly StagedFile[] {
    const merged = new Map<string, { readonly partition: Partition; readonly groups: RowGroup[] }>();
    const isByMonth = [...this.partitions.values()].some(({ name, month }) => name === month && name !== UNDATED);
    for (const partition of this.partitions.values()) {
      const place = isByMonth ? partition.month : partition.name;
      const known = merged.get(place);
      const groups = partition.groups.finished();
      if (known === undefined) merged.set(place, { partition: { ...partition, sources: new Set(partition.sources) }, groups: [...groups] });
      else {
        known.groups.push(...groups);
        join(known.partition, partition);
      }
    }
    return [...merged].map(([name, { partition, groups }]) => ({
      partition: name,
      parts: fileBytes(partition.columns, groups),
      rows: partition.rows,
      times: partition.low <= partition.high ? [partition.low, partition.high] : undefined,
      sources: [...partition.sources].sort(),
    }));
  }

  private partitionOf(day: number | undefined): Partition {
    const month = day === undefined ? UNDATED : monthName(day);
    const dated = day === undefined ? UNDATED : dayName(day);
    const name = this.partitions.has(dated) || this.partitions.size < MAX_DAYS ? dated : month;
    const known = this.partitions.get(name);
    if (known !== undefined) return known;
    const columns = storedColumns(this.kind).map((column) => ({ ...column, writer: column.make(this.scratch) }));
    const groups = new RowGroups(columns.map(({ writer }) => writer));
    const made: Partition = {
      ...{ name, month, columns, groups, sources: new Set(), rows: 0 },
      ...{ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY },
    };
    this.partitions.set(name, made);
    return made;
  }
}

function timesOf(batch: LogBatch | EventBatch): Float64Array | undefined {
  const times = batch.kind === 'log' ? batch.time : batch.columns.time;
  return times instanceof Float64Array ? times : undefined;
}

/** The rows from `from` on that lie in one day, which is undefined for rows without a time. */
function sameDay(times: Float64Array | undefined, from: number, rows: number): { readonly to: number; readonly day: number | undefined } {
  const dated = (time: number) => Math.abs(time) <= Number.MAX_SAFE_INTEGER;
  const first = times?.[from] as number;
  if (times === undefined) return { to: rows, day: undefined };
  let to = from + 1;
  if (!dated(first)) {
    while (to < rows && !dated(times[to] as number)) to++;
    return { to, day: undefined };
  }
  const day = Math.floor(first / MICROS_PER_DAY);
  const [begin, end] = [day * MICROS_PER_DAY, (day + 1) * MICROS_PER_DAY];
  while (to < rows && (times[to] as number) >= begin && (times[to] as number) < end) to++;
  return { to, day };
}

function reach(partition: Partition, times: Float64Array, from: number, to: number): void {
  for (let row = from; row < to; row++) {
    const time = Math.round(times[row] as number);
    if (time < partition.low) partition.low = time;
    if (time > partition.high) partition.high = time;
  }
}

function join(into: Partition, other: Partition): void {
  into.rows += other.rows;
  into.low = Math.min(into.low, other.low);
  into.high = Math.max(into.high, other.high);
  for (const source of other.sources) into.sources.add(source);
}
