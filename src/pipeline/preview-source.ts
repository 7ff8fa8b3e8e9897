import { open, stat } from 'node:fs/promises';
import {
  type DeadLetter,
  decodeUtf8,
  dictAt,
  failureText,
  type LogBatch,
  type Logger,
  type Micros,
  type RecordBatch,
  seededRandom,
  textAt,
  VedetteError,
} from '../core/index.ts';
import { createLogParser, type FormatLogParser, formatOf, type LogParserOptions, recogniseSensor, sampleOf } from '../parsers/index.ts';
import { isCapture } from '../parsers/packets/index.ts';
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
  /** What the source said while it was looked at, its last few complaints. */
  readonly said: readonly string[];
  /** What was found in place of lines; empty where they are lines, or something else was asked for. */
  readonly holds: '' | 'packets' | 'sensor' | 'no text';
}

const SHOWN = 500;
const MOST_SAID = 5;

/** Reads a few records of a source that is not configured yet; what goes wrong is told, not thrown. Nothing is kept or acknowledged. */
export async function previewSource(options: PreviewOptions): Promise<SourcePreview> {
  const preview = new Preview(options);
  try {
    await preview.read();
  } catch (error) {
    preview.error = error instanceof VedetteError && error.hint !== undefined ? `${error.message}. ${error.hint}` : failureText(error);
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
  private holds: SourcePreview['holds'] = '';
  private readonly said = new Set<string>();
  error = '';

  constructor(options: PreviewOptions) {
    this.options = options;
  }

  /** `instead`: the records to look for where the first look found that they are not what was configured. */
  async read(instead?: 'packets' | 'sensor'): Promise<void> {
    const { source, millis, now } = this.options;
    const configured = instead === undefined ? source : { ...source, records: instead };
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
    if (records === 'lines') {
      this.holds = holdsOf(await headOf(configured.path), configured, possible);
      if (this.holds === 'packets' || this.holds === 'sensor') return this.read(this.holds);
    }
    const others = records === 'lines' ? undefined : await RecordsPreview.of(configured, records);
    const reader = definition.create(parsed.data, { name: 'preview', log: this.listener(), now, random: seededRandom(0), records });
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), millis);
    const stopped = new Promise<undefined>((resolve) => stop.signal.addEventListener('abort', () => resolve(undefined), { once: true }));
    const batches = reader.read({ positions: [] }, stop.signal)[Symbol.asyncIterator]();
    try {
      while (this.records < this.options.records) {
        const next = batches.next();
        next.catch(() => undefined);
        const batch = await Promise.race([next, stopped]);
        if (batch === undefined || batch.done === true) break;
        if (others === undefined) {
          if (this.records === 0) this.holds = holdsOf(batch.value.bytes.subarray(0, HEAD), configured, possible);
          if (this.holds === 'packets' || this.holds === 'sensor') break;
          this.take(batch.value);
        } else await this.takeOthers(others, batch.value);
      }
      if (others !== undefined) this.rows.push(...(await others.rows(this.options.records)));
    } finally {
      clearTimeout(timer);
      stop.abort();
      await Promise.race([batches.return?.().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 500))]);
      await reader.close();
    }
    if (others === undefined && (this.holds === 'packets' || this.holds === 'sensor')) await this.read(this.holds);
  }

  /** A source goes on after what it complains of; whoever looks at it has to hear of it. */
  private listener(): Logger {
    const hear = (message: string, { error }: Record<string, unknown> = {}) => {
      const text = typeof error === 'string' && error !== '' && !message.includes(error) ? `${message}: ${error}` : message;
      this.said.delete(text);
      this.said.add(text.slice(0, SHOWN));
      if (this.said.size > MOST_SAID) this.said.delete(this.said.values().next().value as string);
    };
    return { debug: hear, info() {}, warn: hear, error: hear };
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
    const { records, bytes, rows, dead, error, holds } = this;
    return { records, bytes, rows, dead, error, holds, said: [...this.said], format: this.parser?.format?.name ?? '' };
  }
}

/** What lines turn out to be, where nothing says what they are. */
function holdsOf(head: Uint8Array, { parser }: Readonly<Record<string, unknown>>, possible: readonly string[]): SourcePreview['holds'] {
  if (isCapture(head)) return possible.includes('packets') ? 'packets' : 'no text';
  if (!isText(head)) return 'no text';
  const told = (parser as { format?: unknown } | undefined)?.format !== undefined;
  if (told || !possible.includes('sensor')) return '';
  return recogniseSensor(decodeUtf8(head, 0, head.length)) === undefined ? '' : 'sensor';
}

const HEAD = 65_536;

/** The first bytes of a file, none of anything else: a capture may have no end of line for long. */
async function headOf(path: unknown): Promise<Uint8Array> {
  const nothing = new Uint8Array(0);
  if (typeof path !== 'string' || !(await stat(path).catch(() => undefined))?.isFile()) return nothing;
  const file = await open(path).catch(() => undefined);
  try {
    const read = await file?.read(new Uint8Array(HEAD), 0, HEAD, 0);
    return read?.buffer.subarray(0, read.bytesRead) ?? nothing;
  } catch {
    return nothing;
  } finally {
    await file?.close();
  }
}

/** Text of any encoding has hardly a control character but tabs and ends of lines; of UTF-16, every other byte is 0. */
function isText(bytes: Uint8Array): boolean {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return true;
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return true;
  const odd = bytes.reduce((sum, byte) => sum + Number(byte < 32 && byte !== 9 && byte !== 10 && byte !== 13 && byte !== 27), 0);
  return odd <= bytes.length / 50;
}
