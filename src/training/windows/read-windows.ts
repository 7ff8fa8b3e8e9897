import { createHash } from 'node:crypto';
import { VedetteError, type WindowBatch } from '../../core/index.ts';
import { duckdbSql, type FeaturePlan, plannedFeature, TEXT_FUNCTIONS } from '../../features/index.ts';
import { readStoredWindows, type WindowChunk } from '../../store/index.ts';
import type { StoredFeature } from './stored-feature.ts';

/** Windows of a feature over stored events, by start, then key. */
export interface StoredWindows {
  readonly plan: FeaturePlan;
  readonly batch: WindowBatch;
  /** Whether `cut` left some out. */
  readonly more: boolean;
  /** Hex SHA-256 of keys, starts and figures. */
  readonly sha256: string;
}

export interface ReadWindowsOptions {
  /** Most windows; LIMIT_EXCEEDED beyond it, unless `cut`. Default 1,000,000. */
  readonly most?: number;
  /** Keep the first `most` and leave the rest. */
  readonly cut?: boolean;
  readonly signal?: AbortSignal;
  readonly memoryBytes?: number;
}

const MOST_WINDOWS = 1_000_000;

/** DATA_INSUFFICIENT where no window lies wholly inside the time asked for. */
export async function readWindows(feature: StoredFeature, options: ReadWindowsOptions = {}): Promise<StoredWindows> {
  const { name, declaration, homeNetworks, kind, files, source, span } = feature;
  const { most = MOST_WINDOWS, cut = false, signal, memoryBytes } = options;
  const plan = plannedFeature(name, declaration, homeNetworks);
  const rows = new Rows(plan);
  if (span !== undefined && span.from < span.to) {
    const order = ['window_start', ...plan.key.map((key) => `"${key.name}"`)].join(', ');
    const chunks = readStoredWindows({
      ...{ files, kind, functions: TEXT_FUNCTIONS },
      sql: (relation) => `SELECT * FROM (${duckdbSql(plan, relation, span)}) ORDER BY ${order} LIMIT ${most + 1}`,
      ...(source === undefined ? {} : { source }),
      ...(signal === undefined ? {} : { signal }),
      ...(memoryBytes === undefined ? {} : { memoryBytes }),
    });
    for await (const chunk of chunks) rows.add(chunk, most);
  }
  if (rows.size > most && !cut) {
    throw new VedetteError('LIMIT_EXCEEDED', `the stored events make more than ${most} windows of ${name}`, {
      hint: 'Give a shorter time, or one source.',
    });
  }
  if (rows.size === 0) {
    throw new VedetteError('DATA_INSUFFICIENT', `no settled window of ${name} lies wholly in that time`, {
      hint: `It is made from ${kind} events; give a longer time or another source. The newest windows settle when their lateness has passed.`,
    });
  }
  return { ...rows.finish(), more: rows.size > most };
}

/** Columns of windows as they come. */
class Rows {
  size = 0;
  private readonly plan: FeaturePlan;
  private readonly keys: string[] = [];
  private readonly start: number[] = [];
  private readonly end: number[] = [];
  private readonly events: number[] = [];
  private readonly values: number[] = [];
  private readonly digest = createHash('sha256');

  constructor(plan: FeaturePlan) {
    this.plan = plan;
  }

  /** Keeps up to `most`; `size` counts one more where there are. */
  add(chunk: WindowChunk, most: number): void {
    const { key, aggregates } = this.plan;
    const keys = key.map(({ name }) => chunk[name] ?? []);
    const figures = aggregates.map(({ column }) => chunk[column] ?? []);
    for (let row = 0; row < (chunk.window_start?.length ?? 0); row++) {
      this.size++;
      if (this.size > most) return;
      const own = keys.map((column) => String(column[row]));
      const values = figures.map((column) => numberOf(column[row]));
      const start = Number(chunk.window_start?.[row]);
      this.keys.push(...own);
      this.values.push(...values);
      this.start.push(start);
      this.end.push(Number(chunk.window_end?.[row]));
      this.events.push(Number(chunk.events?.[row]));
      this.digest.update(`${JSON.stringify(own)} ${start} ${values.join(' ')}\n`);
    }
  }

  finish(): Omit<StoredWindows, 'more'> {
    const { plan } = this;
    const rows = this.start.length;
    return {
      plan,
      sha256: this.digest.digest('hex'),
      batch: {
        shape: 'windows',
        feature: plan.name,
        rows,
        columns: plan.aggregates.map(({ column }) => column),
        values: Float64Array.from(this.values),
        keyColumns: plan.key.map(({ name }) => name),
        keys: this.keys,
        start: Float64Array.from(this.start),
        end: Float64Array.from(this.end),
        events: Float64Array.from(this.events),
        revision: new Uint8Array(rows),
        evidence: [],
      },
    };
  }
}

/** Absent figures are NaN, as in the stream. */
function numberOf(value: unknown): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}
