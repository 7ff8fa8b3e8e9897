import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dictAt, formatMicros, type LogBatch, type Template, textAt } from '../../core/index.ts';
import { csvLine, pythonList } from './csv.ts';
import { parametersOf } from './parameters.ts';
import { Spool } from './spool.ts';

/** One event of the structured output, its template as it is at the end of the input. */
export interface StructuredRow {
  /** 1-based number of the event's first line in its input. */
  readonly lineId: number;
  /** Header fields in the order of `StructuredLog.fields`. */
  readonly fields: readonly string[];
  readonly content: string;
  readonly eventId: string;
  readonly eventTemplate: string;
  readonly parameters: readonly string[];
}

export interface TemplateRow {
  readonly eventId: string;
  readonly eventTemplate: string;
  readonly occurrences: number;
}

const DERIVED_FIELDS: Readonly<Record<string, (batch: LogBatch, row: number) => string | undefined>> = {
  Time: ({ time }, row) => formatMicros(time[row] as number),
  Host: ({ host }, row) => dictAt(host, row),
  Component: ({ component }, row) => dictAt(component, row),
  Pid: ({ pid }, row) => ((pid[row] as number) < 0 ? '' : String(pid[row])),
  Level: ({ level }, row) => dictAt(level, row),
  Attributes: ({ attributes }, row) => (attributes === undefined ? '' : textAt(attributes, row)),
};
const DERIVED = Object.keys(DERIVED_FIELDS);
const FLUSH_CHARACTERS = 1 << 20;

/**
 * logparser's two output files from log batches: LineId, the header's fields, Content, EventId, EventTemplate, ParameterList;
 * and EventId, EventTemplate, Occurrences. Rows wait on disk until `finish`, because templates generalise while the input is
 * read and a row shows its template as it ended up.
 */
export class StructuredLog {
  private readonly folder: string;
  private readonly name: string;
  private readonly spool: Spool;
  /** Grows where lines of further formats print other fields. */
  private readonly names: string[] = [];
  /** Of the first batch. */
  private printsFields: boolean | undefined;
  /** Format of the input; undefined while that reads every line. */
  private main: string | undefined;
  private readonly seen = new Map<string, { text: string; count: number }>();

  /** Files are written to `folder` and named after `name`, the input file's base name. */
  constructor(folder: string, name: string) {
    this.folder = folder;
    this.name = name;
    this.spool = new Spool(join(folder, `.${name}_structured.partial`));
  }

  /** Names of the header fields, and `Format` where lines are of several; known after the last batch. */
  get fields(): readonly string[] {
    const names = this.names.length > 0 ? this.names : DERIVED;
    return this.main === undefined ? names : [...names, 'Format'];
  }

  /** `templates` is the parser's list right after it returned the batch. */
  async append(batch: LogBatch, templates: readonly Template[]): Promise<void> {
    const printed = Object.keys(batch.fields ?? {});
    this.printsFields ??= printed.length > 0;
    if (batch.format !== undefined) this.main = batch.format.values[0];
    for (const name of [...printed, ...(this.printsFields && this.main === undefined ? [] : DERIVED)])
      if (!this.names.includes(name)) this.names.push(name);
    for (let row = 0; row < batch.rows; row++) {
      const template = templates[batch.template[row] as number];
      if (template !== undefined) this.count(template);
      const content = textAt(batch.message, row);
      await this.spool.add([
        batch.origin.line[row] as number,
        template?.id ?? null,
        content,
        formatAt(batch, row),
        ...this.fieldsOf(batch, row),
      ]);
    }
  }

  /** Every row with its final template; may be called again until `remove`. For other forms of output such as Parquet. */
  async *rows(): AsyncGenerator<StructuredRow> {
    const names = this.fields;
    for await (const [lineId, eventId, content, format, ...fields] of this.spool.rows()) {
      const eventTemplate = this.seen.get(String(eventId))?.text ?? '';
      yield {
        lineId: Number(lineId),
        fields: names.map((name, i) => (name === 'Format' ? String(format ?? this.main) : String(fields[i] ?? ''))),
        content: String(content),
        eventId: eventId === null ? '' : String(eventId),
        eventTemplate,
        parameters: parametersOf(String(content), eventTemplate) ?? [],
      };
    }
  }

  /** The templates seen, most frequent first. */
  templateRows(): TemplateRow[] {
    return [...this.seen]
      .map(([eventId, { text, count }]) => ({ eventId, eventTemplate: text, occurrences: count }))
      .sort((a, b) => b.occurrences - a.occurrences || (a.eventId < b.eventId ? -1 : 1));
  }

  /** Brings the texts of templates seen up to date; call with the parser's final list before `rows` or `finish`. */
  settle(templates: readonly Template[]): void {
    for (const { id, text } of templates) {
      const known = this.seen.get(id);
      if (known !== undefined) known.text = text;
    }
  }

  /** Writes both files whole or not at all and removes what was kept aside; returns their paths. */
  async finish(form: 'csv' | 'json', templates: readonly Template[]): Promise<{ structured: string; templates: string }> {
    this.settle(templates);
    const structured = join(this.folder, `${this.name}_structured.${form}`);
    const summary = join(this.folder, `${this.name}_templates.${form}`);
    await writeWhole(structured, form === 'csv' ? this.csvRows() : this.jsonRows());
    await writeWhole(summary, form === 'csv' ? this.csvTemplates() : this.jsonTemplates());
    await this.remove();
    return { structured, templates: summary };
  }

  /** Removes what was kept aside. */
  async remove(): Promise<void> {
    await this.spool.remove();
  }

  private count(template: Template): void {
    const known = this.seen.get(template.id);
    if (known === undefined) {
      this.seen.set(template.id, { text: template.text, count: 1 });
    } else {
      known.count++;
      known.text = template.text;
    }
  }

  /** Printed fields; what the columns of the event hold where the format prints none, or is not the main one. */
  private fieldsOf(batch: LogBatch, row: number): string[] {
    const derived = this.printsFields !== true || formatAt(batch, row) !== null;
    return this.names.map((name) => {
      const column = batch.fields?.[name];
      const printed = column === undefined ? '' : textAt(column, row);
      return printed === '' && derived ? (DERIVED_FIELDS[name]?.(batch, row) ?? '') : printed;
    });
  }

  private async *csvRows(): AsyncGenerator<string> {
    yield csvLine(['LineId', ...this.fields, 'Content', 'EventId', 'EventTemplate', 'ParameterList']);
    for await (const row of this.rows()) {
      yield csvLine([String(row.lineId), ...row.fields, row.content, row.eventId, row.eventTemplate, pythonList(row.parameters)]);
    }
  }

  private async *jsonRows(): AsyncGenerator<string> {
    for await (const row of this.rows()) {
      const fields = Object.fromEntries(this.fields.map((name, i) => [name, row.fields[i] ?? '']));
      const { lineId: LineId, content: Content, eventId: EventId, eventTemplate: EventTemplate, parameters: ParameterList } = row;
      yield `${JSON.stringify({ LineId, ...fields, Content, EventId, EventTemplate, ParameterList })}\n`;
    }
  }

  private *csvTemplates(): Generator<string> {
    yield csvLine(['EventId', 'EventTemplate', 'Occurrences']);
    for (const { eventId, eventTemplate, occurrences } of this.templateRows()) yield csvLine([eventId, eventTemplate, String(occurrences)]);
  }

  private *jsonTemplates(): Generator<string> {
    for (const { eventId: EventId, eventTemplate: EventTemplate, occurrences: Occurrences } of this.templateRows()) {
      yield `${JSON.stringify({ EventId, EventTemplate, Occurrences })}\n`;
    }
  }
}

/** Format of a row that the main one did not read. */
function formatAt({ format }: LogBatch, row: number): string | null {
  return format === undefined || format.codes[row] === 0 ? null : (dictAt(format, row) ?? null);
}

/** Writes beside the target and renames, so that a failure leaves what was there. */
async function writeWhole(path: string, lines: AsyncIterable<string> | Iterable<string>): Promise<void> {
  const partial = `${path}.partial`;
  let file: FileHandle | undefined;
  try {
    file = await open(partial, 'w');
    let pending: string[] = [];
    let characters = 0;
    for await (const line of lines) {
      pending.push(line);
      characters += line.length;
      if (characters < FLUSH_CHARACTERS) continue;
      await file.writeFile(pending.join(''));
      pending = [];
      characters = 0;
    }
    await file.writeFile(pending.join(''));
    await file.close();
    await rename(partial, path);
  } catch (error) {
    await file?.close().catch(() => {});
    await rm(partial, { force: true });
    throw error;
  }
}
