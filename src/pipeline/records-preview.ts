import {
  addressAt,
  type DeadLetter,
  type DictColumn,
  decodeUtf8,
  dictAt,
  EVENT_SCHEMAS,
  type EventBatch,
  type LogBatch,
  type MetricBatch,
  type RecordBatch,
  recordCount,
  type TextColumn,
  textAt,
  VedetteError,
} from '../core/index.ts';
import { MetricParser } from '../parsers/index.ts';
import type { Lane, LaneOutput } from './lane/lane.ts';
import { laneKind } from './lane/lanes.ts';
import { oneSource } from './one-source.ts';
import type { PreviewRow } from './preview-source.ts';

/** Characters shown of a text. */
const SHOWN = 500;

/** What is made of the first records of a source that gives no lines. */
export class RecordsPreview {
  readonly dead: { readonly reason: string; readonly text: string }[] = [];
  private readonly found: PreviewRow[] = [];
  private readonly lane: Lane | undefined;
  private readonly readings: MetricParser | undefined;
  records = 0;

  private constructor(lane: Lane | undefined, readings: MetricParser | undefined) {
    this.lane = lane;
    this.readings = readings;
  }

  /** `source` as in the configuration; CONFIG_INVALID for what no lane can be made of. */
  static async of(source: Readonly<Record<string, unknown>>, records: string): Promise<RecordsPreview> {
    const kind = laneKind(records);
    if (kind === undefined) throw new VedetteError('CONFIG_INVALID', `no records are called ${records}`);
    const name = typeof source.name === 'string' ? source.name : 'preview';
    const { source: configured } = await oneSource('preview', { ...source, name });
    const { format = 'readings', timezone } = configured.parser as { format?: string; timezone?: string };
    // Without a detector, readings are made into nothing else.
    if (records === 'readings') return new RecordsPreview(undefined, new MetricParser(format, timezone));
    return new RecordsPreview(kind.create({ source: configured, scorers: [], rules: [] }), undefined);
  }

  async take(records: RecordBatch): Promise<void> {
    if (this.readings !== undefined) {
      this.records += recordCount(records);
      this.found.push(...readingsOf(this.readings.parse(records, 'preview', (letter) => this.bury(letter))));
    }
    if (this.lane === undefined) return;
    this.keep(await this.lane.process(records));
    this.records = this.lane.counters.records;
  }

  /** Events and readings; what is open ends. */
  async rows(most: number): Promise<readonly PreviewRow[]> {
    if (this.lane !== undefined) this.keep(await this.lane.end());
    await this.lane?.close?.();
    return this.found.slice(0, most);
  }

  private keep({ events, dead }: LaneOutput): void {
    for (const letter of dead) this.bury(letter);
    for (const { batch } of events) if (batch.kind !== 'log') this.found.push(...rowsOf(batch));
  }

  private bury({ reason, bytes }: DeadLetter): void {
    this.dead.push({ reason, text: decodeUtf8(bytes, 0, Math.min(bytes.length, SHOWN)) });
  }
}

function readingsOf(batch: MetricBatch): PreviewRow[] {
  return Array.from({ length: batch.rows }, (_, row) =>
    rowOf({
      time: batch.time[row] as number,
      host: dictAt(batch.entity, row) ?? '',
      component: 'reading',
      message: `${dictAt(batch.series, row) ?? ''} = ${batch.value[row]}`,
    }),
  );
}

function rowsOf(batch: Exclude<EventBatch | LogBatch, LogBatch>): PreviewRow[] {
  const columns = EVENT_SCHEMAS[batch.kind].columns.filter(({ name }) => name !== 'time' && batch.columns[name] !== undefined);
  return Array.from({ length: batch.rows }, (_, row) => {
    const parts = columns.flatMap(({ name, type }) => {
      const text = cellText(batch.columns[name] as EventBatch['columns'][string], type, row);
      return text === undefined || text === '' ? [] : [`${name}=${text}`];
    });
    const time = (batch.columns.time as Float64Array | undefined)?.[row] ?? Number.NaN;
    return rowOf({ time, component: batch.kind, message: parts.join(' ').slice(0, SHOWN) });
  });
}

function cellText(column: EventBatch['columns'][string], type: string, row: number): string | undefined {
  if (type === 'dict') return dictAt(column as DictColumn, row);
  if (type === 'text' || type === 'json') return (column as TextColumn).start[row] === -1 ? undefined : textAt(column as TextColumn, row);
  if (type === 'ip') return addressAt(column as Uint8Array, row);
  const value = (column as Float64Array | Int32Array | Uint8Array)[row] as number;
  if (type === 'bool') return value === 2 ? undefined : String(value === 1);
  return Number.isNaN(value) || (type === 'i32' && value === -1) ? undefined : String(value);
}

function rowOf(known: Partial<PreviewRow>): PreviewRow {
  return { time: Number.NaN, host: '', component: '', level: '', message: '', template: '', parameters: [], ...known };
}
