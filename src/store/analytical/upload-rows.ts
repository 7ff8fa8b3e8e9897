import type { EventBatch, EventKind, LogBatch } from '../../core/index.ts';
import type { StoredFile } from './parquet-files.ts';
import type { EventStaging } from './staging.ts';

export interface UploadRowsOptions {
  readonly staging: (kind: EventKind) => Promise<EventStaging>;
  /** Empty again, for others to use. */
  readonly release: (staged: EventStaging) => Promise<void>;
  readonly write: (staged: EventStaging) => Promise<readonly StoredFile[]>;
  /** Rows of one kind after which a file is written. */
  readonly spillRows: number;
}

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
    const staged = rows.staged.get(batch.kind) ?? (await this.options.staging(batch.kind));
    rows.staged.set(batch.kind, staged);
    await staged.append(batch, templateIds);
    if (staged.rows >= this.options.spillRows) await this.spill(rows, batch.kind, staged);
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
  async drop(upload: string): Promise<readonly StoredFile[]> {
    const rows = this.waiting.get(upload);
    this.waiting.delete(upload);
    for (const staged of rows?.staged.values() ?? []) {
      staged.flush();
      await this.options.release(staged);
    }
    return rows?.files ?? [];
  }

  close(): void {
    for (const { staged } of this.waiting.values()) for (const one of staged.values()) one.close();
  }

  private async spill(rows: Rows, kind: EventKind, staged: EventStaging): Promise<void> {
    staged.flush();
    if (staged.rows > 0) rows.files.push(...(await this.options.write(staged)));
    rows.staged.delete(kind);
    await this.options.release(staged);
  }
}
