import type { EventBatch, EventKind, LogBatch } from '../../core/index.ts';
import type { StoredFile } from './parquet-files.ts';
import { EventStaging } from './staging.ts';

export interface UploadRowsOptions {
  readonly write: (staged: EventStaging) => Promise<readonly StoredFile[]>;
}

/** No epoch commits their rows. */
const NO_EPOCH = 0;

interface Rows {
  readonly staged: Map<EventKind, EventStaging>;
  readonly files: StoredFile[];
}

/** Rows of uploads that wait for being listed: they belong to no epoch, and a crash before leaves none of them. */
export class UploadRows {
  private readonly options: UploadRowsOptions;
  private readonly waiting = new Map<string, Rows>();

  constructor(options: UploadRowsOptions) {
    this.options = options;
  }

  async append(upload: string, batch: LogBatch | EventBatch, templateIds: readonly string[]): Promise<void> {
    const rows = this.waiting.get(upload) ?? { staged: new Map(), files: [] };
    this.waiting.set(upload, rows);
    const staged = rows.staged.get(batch.kind) ?? new EventStaging(batch.kind, NO_EPOCH);
    rows.staged.set(batch.kind, staged);
    await staged.append(batch, templateIds);
    if (staged.isFull) await this.spill(rows, batch.kind, staged);
  }

  /** Its files, all durable; nothing of it waits any more. */
  async take(upload: string): Promise<readonly StoredFile[]> {
    const rows = this.waiting.get(upload);
    if (rows === undefined) return [];
    for (const [kind, staged] of rows.staged) await this.spill(rows, kind, staged);
    this.waiting.delete(upload);
    return rows.files;
  }

  /** Forgets what waits; returns the files that were written already. */
  drop(upload: string): readonly StoredFile[] {
    const rows = this.waiting.get(upload);
    this.waiting.delete(upload);
    return rows?.files ?? [];
  }

  private async spill(rows: Rows, kind: EventKind, staged: EventStaging): Promise<void> {
    if (staged.rows > 0) rows.files.push(...(await this.options.write(staged)));
    rows.staged.delete(kind);
  }
}
