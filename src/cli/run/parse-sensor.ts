import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { eventRecords } from '../../analysis/index.ts';
import { EVENT_SCHEMAS, type EventBatch, type EventKind } from '../../core/index.ts';
import { createSensorParser } from '../../parsers/index.ts';
import type { FileInput } from '../../sources/index.ts';
import { jsonLinesToParquet } from '../../store/index.ts';
import { cellOf, columnsOf, type Form, headerLine, tableLine } from './parse-tables.ts';

const BLOCK = 1 << 16;

export interface WrittenEvents {
  readonly events: number;
  readonly dead: number;
  readonly problem?: string;
  readonly files: readonly string[];
}

/** A log of Suricata (EVE) or Zeek: a table for each kind of event it holds, with the columns that vedette gives it. `path` of a kind. */
export async function writeSensorEvents(
  input: FileInput,
  path: (kind: EventKind) => string,
  form: Form,
  progress: (share: number) => void,
): Promise<WrittenEvents> {
  const parser = createSensorParser('parse');
  const tables = new Map<EventKind, KindTable>();
  let [events, dead] = [0, 0];
  let problem: string | undefined;
  const files = await eventRecords(input, {
    framing: 'lines',
    onProblem: ({ reason }) => {
      problem = reason;
    },
  });
  try {
    for await (const records of files.read()) {
      for (const batch of parser.parse(records, () => dead++)) {
        const table = tables.get(batch.kind) ?? (await KindTable.open(batch.kind, path(batch.kind), form));
        tables.set(batch.kind, table);
        await table.add(batch);
        events += batch.rows;
      }
      progress(files.share());
    }
    const written: string[] = [];
    for (const table of tables.values()) written.push(await table.finish());
    return { events, dead, ...(problem === undefined ? {} : { problem }), files: written };
  } finally {
    for (const table of tables.values()) await table.remove();
    await files.close();
  }
}

/** Rows of one kind, written beside the target first, so that a failure leaves what was there. */
class KindTable {
  private readonly file: FileHandle;
  private readonly path: string;
  private readonly kind: EventKind;
  private readonly form: Form;
  private block: string;

  private constructor(file: FileHandle, kind: EventKind, path: string, form: Form) {
    [this.file, this.kind, this.path, this.form] = [file, kind, path, form];
    this.block = form === 'csv' ? headerLine(columnsOf(kind)) : '';
  }

  static async open(kind: EventKind, path: string, form: Form): Promise<KindTable> {
    return new KindTable(await open(`${path}.tmp`, 'w'), kind, path, form);
  }

  async add(batch: EventBatch): Promise<void> {
    const columns = columnsOf(this.kind);
    const { columns: schema } = EVENT_SCHEMAS[this.kind];
    for (let row = 0; row < batch.rows; row++) {
      this.block += tableLine(
        columns,
        schema.map(({ name, type }) => cellOf(batch, name, type, row)),
        this.form,
      );
      if (this.block.length >= BLOCK) await this.flush();
    }
  }

  async finish(): Promise<string> {
    await this.flush();
    await this.file.close();
    if (this.form === 'parquet') await jsonLinesToParquet(`${this.path}.tmp`, columnsOf(this.kind), this.path);
    else await rename(`${this.path}.tmp`, this.path);
    return this.path;
  }

  async remove(): Promise<void> {
    await this.file.close().catch(() => undefined);
    await rm(`${this.path}.tmp`, { force: true });
  }

  private async flush(): Promise<void> {
    await this.file.write(this.block);
    this.block = '';
  }
}
