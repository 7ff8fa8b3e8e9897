import {
  type DeadLetter,
  decodeUtf8,
  dictAt,
  type LogBatch,
  type Micros,
  type RecordBatch,
  seededRandom,
  silentLogger,
  textAt,
  VedetteError,
} from '../core/index.ts';
import { createLogParser, type FormatLogParser, formatOf, type LogParserOptions, sampleOf } from '../parsers/index.ts';
import { sources } from '../sources/index.ts';
import { SOURCE_KEYS } from './catalogue.ts';
import { RecordsPreview } from './records-preview.ts';

export interface PreviewOptions {
  /** As in the configuration. */
  readonly source: Readonly<Record<string, unknown>>;
  readonly records: number;
  readonly millis: number;
  readonly now: () => Micros;
}

export interface PreviewRow {
  readonly time: Micros;
  readonly host: string;
  readonly component: string;
  readonly level: string;
  readonly message: string;
  readonly template: string;
  readonly parameters: readonly string[];
}

export interface SourcePreview {
  readonly records: number;
  readonly bytes: number;
  /** Of lines; empty for other records. */
  readonly format: string;
  readonly rows: readonly PreviewRow[];
  readonly dead: readonly { readonly reason: string; readonly text: string }[];
  readonly error: string;
}

const SHOWN = 500;

/** Reads a few records of a source that is not configured yet; what goes wrong is told, not thrown. Nothing is kept or acknowledged. */
export async function previewSource(options: PreviewOptions): Promise<SourcePreview> {
  const preview = new Preview(options);
  try {
    await preview.read();
  } catch (error) {
    preview.error =
      error instanceof VedetteError && error.hint !== undefined
        ? `${error.message}. ${error.hint}`
        : String((error as Error).message ?? error);
  }
  return preview.result();
}

class Preview {
  private readonly options: PreviewOptions;
  private usual: string | undefined;
  private readonly dead: { reason: string; text: string }[] = [];
  private readonly rows: PreviewRow[] = [];
  private parser: FormatLogParser | undefined;
  private records = 0;
  private bytes = 0;
  error = '';

  constructor(options: PreviewOptions) {
    this.options = options;
  }

  async read(): Promise<void> {
    const { source: configured, millis, now } = this.options;
    const type = String(configured.type);
    const load = Object.hasOwn(sources, type) ? sources[type] : undefined;
    if (load === undefined)
      throw new VedetteError('CONFIG_INVALID', `there is no source "${type}"`, { hint: `Known: ${Object.keys(sources).join(', ')}.` });
    const definition = (await load()).default;
    const own = Object.entries(configured).filter(([key]) => key !== 'type' && !SOURCE_KEYS.includes(key));
    const parsed = definition.config.safeParse(Object.fromEntries(own));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new VedetteError('CONFIG_INVALID', `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`.trim());
    }
    this.usual = definition.format;
    const possible = definition.records ?? ['lines'];
    const records = typeof configured.records === 'string' ? configured.records : (possible[0] ?? 'lines');
    if (!possible.includes(records))
      throw new VedetteError('CONFIG_INVALID', `a ${type} source gives ${possible.join(' or ')}, not ${records}`);
    const others = records === 'lines' ? undefined : await RecordsPreview.of(configured, records);
    const source = definition.create(parsed.data, { name: 'preview', log: silentLogger, now, random: seededRandom(0), records });
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), millis);
    const stopped = new Promise<undefined>((resolve) => stop.signal.addEventListener('abort', () => resolve(undefined), { once: true }));
    const batches = source.read({ positions: [] }, stop.signal)[Symbol.asyncIterator]();
    try {
      while (this.records < this.options.records) {
        const next = batches.next();
        next.catch(() => undefined);
        const batch = await Promise.race([next, stopped]);
        if (batch === undefined || batch.done === true) break;
        if (others === undefined) this.take(batch.value);
        else await this.takeOthers(others, batch.value);
      }
      if (others !== undefined) this.rows.push(...(await others.rows(this.options.records)));
    } finally {
      clearTimeout(timer);
      stop.abort();
      await Promise.race([batches.return?.().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 500))]);
      await source.close();
    }
  }

  /** Packets, readings and what sensors say go through their lane, which tells what it makes of them. */
  private async takeOthers(lane: RecordsPreview, records: RecordBatch): Promise<void> {
    this.bytes += records.bytes.length;
    await lane.take(records);
    this.dead.splice(0, this.dead.length, ...lane.dead.slice(0, this.options.records));
    this.records = lane.records;
  }

  private take(records: RecordBatch): void {
    this.bytes += records.bytes.length;
    if (records.bytes.length === 0) return;
    const parserOptions = (this.options.source.parser ?? {}) as LogParserOptions;
    this.parser ??= createLogParser({ ...parserOptions, format: parserOptions.format ?? formatOf(sampleOf(records), this.usual) });
    const bury = ({ reason, bytes }: DeadLetter) => {
      if (this.dead.length < this.options.records) this.dead.push({ reason, text: decodeUtf8(bytes, 0, Math.min(bytes.length, SHOWN)) });
    };
    this.show(this.parser.parse({ ...records, last: true }, 'preview', bury));
    this.records = this.rows.length + this.dead.length;
  }

  private show(batch: LogBatch): void {
    const { templates = [] } = this.parser ?? {};
    for (let row = 0; row < batch.rows && this.rows.length < this.options.records; row++) {
      const parameters: string[] = [];
      const { first, start, end, bytes } = batch.parameters;
      for (let at = first[row] as number; at < (first[row + 1] as number); at++)
        parameters.push(decodeUtf8(bytes, start[at] as number, end[at] as number).slice(0, SHOWN));
      this.rows.push({
        time: batch.time[row] as number,
        host: dictAt(batch.host, row) ?? '',
        component: dictAt(batch.component, row) ?? '',
        level: dictAt(batch.level, row) ?? '',
        message: textAt(batch.message, row).slice(0, SHOWN),
        template: templates[batch.template[row] as number]?.text ?? '',
        parameters,
      });
    }
  }

  result(): SourcePreview {
    const { records, bytes, rows, dead, error } = this;
    return { records, bytes, rows, dead, error, format: this.parser?.format?.name ?? '' };
  }
}
