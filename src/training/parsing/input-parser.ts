import { isUtf8 } from 'node:buffer';
import { stat } from 'node:fs/promises';
import { ColumnMemory, type LogBatch, type Micros, type Template } from '../../core/index.ts';
import {
  createLogParser,
  type DateOrder,
  DateOrderEvidence,
  type FixedTemplate,
  type FormatLogParser,
  type KnownTemplates,
  sampleOf,
} from '../../parsers/index.ts';
import { type FileInput, readFiles } from '../../sources/index.ts';
import { CpuShare } from './cpu-share.ts';
import { sharedFormat } from './shared-format.ts';

/** Plain data: it crosses threads. */
export interface ParsingOptions {
  readonly format?: string;
  readonly timezone?: string;
  readonly templates?: readonly FixedTemplate[];
  /** Template mining, where it differs from what the format has. */
  readonly mining?: { readonly similarity?: number; readonly depth?: number; readonly masks?: readonly string[] };
  /** Read what the format does not fit by others; default: where it is recognised. */
  readonly mixed?: boolean;
  /** Stored bytes a second at most. */
  readonly readRate?: number;
  /** Most of one CPU that the process takes while it reads, on average. */
  readonly cpuShare?: number;
  /** Mined before, such as those of a model or a baseline: lines of their kinds get their ids, and inputs are read by their formats. */
  readonly known?: readonly KnownTemplates[];
  /** Keep the header's printed fields; default: of formats whose fields tell of outcomes and peers. */
  readonly fields?: boolean;
  readonly root?: string;
}

export interface InputSummary {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly generation: string;
  readonly format: string;
  readonly lines: number;
  readonly dead: number;
  /** Events by the format that read them; absent where that of the input read all. */
  readonly formats?: Readonly<Record<string, number>>;
  /** Events without a time; absent when all have one. */
  readonly undated?: number;
  /** Of its last date, where dates name no year: the latest in which it ends no later than a day after the file was changed last. */
  readonly takenYear?: number;
  /** Nothing tells the day from the month in its dates: the day is taken to come first. */
  readonly assumedDayFirst?: true;
  /** Recognised from its bytes; `unknown`: it is no UTF-8 and does not show what it is, so its bytes are taken as they are. */
  readonly encoding?: string;
  /** Damage, in words; absent when it was read to its end. */
  readonly problem?: string;
}

/** A batch as it was parsed, the templates as they stood then, and the stored bytes read so far. */
export interface ParsedLines {
  readonly format: string;
  readonly batch: LogBatch;
  readonly templates: readonly Template[];
  readonly bytesRead: number;
}

/** Reads and parses inputs, one after the other: here (`InputParser`) or in a thread of its own (`ParserThread`), with the same result. */
export interface LogInputs {
  parse(input: FileInput): AsyncGenerator<ParsedLines, InputSummary>;
  /** Every template in use, most frequent first. */
  templates(): Promise<readonly Template[]>;
  /** What was mined of each format, for a reader that is to go on with it. */
  known(): Promise<readonly KnownTemplates[]>;
  /** Takes back the memory of a batch (`columnBuffers`) that nobody reads any more: further ones may come in it. */
  reuse(memory: readonly ArrayBuffer[]): void;
  close(): Promise<void>;
}

/** One parser per format: template codes and multi-line state belong to it. */
export class InputParser implements LogInputs {
  readonly #options: ParsingOptions;
  readonly #cpu: CpuShare | undefined;
  readonly #parsers = new Map<string, FormatLogParser>();
  readonly #memory = new ColumnMemory();

  constructor(options: ParsingOptions) {
    this.#options = options;
    this.#cpu = options.cpuShare === undefined ? undefined : new CpuShare(options.cpuShare);
  }

  async *parse(input: FileInput): AsyncGenerator<ParsedLines, InputSummary> {
    let problem: string | undefined;
    const files = readFiles([input.path], {
      digest: true,
      inputs: [input],
      ...(this.#options.root === undefined ? {} : { root: this.#options.root }),
      ...(this.#options.readRate === undefined ? {} : { readRate: this.#options.readRate }),
      onProblem: (one) => {
        problem ??= one.reason;
      },
    });
    let parser: FormatLogParser | undefined;
    const reference = (await stat(input.path)).mtimeMs * 1000;
    let generation = '';
    let lines = 0;
    let undated = 0;
    let takenYear = 0;
    let isUtf8All = true;
    let assumed = false;
    let dead = 0;
    const formats = new Map<string, number>();
    const bury = (): void => {
      dead++;
    };
    try {
      for await (const records of files.read({ positions: [] }, new AbortController().signal)) {
        if (records.bytes.length === 0 && parser === undefined) continue;
        if (parser === undefined) {
          const sample = sampleOf(records);
          parser = this.#parserOf(sample, reference);
          const order = await dateOrderOf(parser.meet(sample, reference), input, reference);
          parser.dateOrder = order ?? 'day';
          assumed = order === undefined;
        }
        generation = records.generation;
        isUtf8All &&= isUtf8(records.bytes);
        const batch = parser.parse(records, input.name, bury);
        lines += batch.rows;
        undated += withoutTime(batch.time);
        countFormats(batch, parser.format?.name ?? '', formats);
        takenYear = parser.takeYear() || takenYear;
        await this.#cpu?.rest();
        yield { format: parser.format?.name ?? '', batch, templates: parser.templates, bytesRead: files.bytesRead() };
      }
    } finally {
      await files.close();
    }
    const encoding = files.encoding(input.name) ?? (isUtf8All ? undefined : 'unknown');
    return {
      name: input.name,
      bytes: input.bytes,
      sha256: files.digest(input.name) ?? '',
      generation,
      format: parser?.format?.name ?? 'empty',
      lines,
      dead,
      ...(formats.size > 1 ? { formats: Object.fromEntries([...formats].sort((a, b) => b[1] - a[1])) } : {}),
      ...(undated === 0 ? {} : { undated }),
      ...(takenYear === 0 ? {} : { takenYear }),
      ...(assumed ? { assumedDayFirst: true } : {}),
      ...(encoding === undefined ? {} : { encoding }),
      ...(problem === undefined ? {} : { problem }),
    };
  }

  async templates(): Promise<readonly Template[]> {
    const used = [...this.#parsers.values()].flatMap((parser) => parser.templates.filter(({ count }) => count > 0));
    return used.sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
  }

  async known(): Promise<readonly KnownTemplates[]> {
    return [...this.#parsers.values()].flatMap((parser) => parser.knownTemplates() ?? []);
  }

  reuse(memory: readonly ArrayBuffer[]): void {
    this.#memory.give(memory);
  }

  async close(): Promise<void> {}

  /** Year-less dates end at the input's own time, never at the clock's. */
  #parserOf(sample: Uint8Array, reference: Micros): FormatLogParser {
    const { timezone, templates, fields, known, mining } = this.#options;
    const format = this.#options.format ?? sharedFormat(sample, known?.map((one) => one.format) ?? []);
    let parser = this.#parsers.get(format);
    if (parser === undefined) {
      parser = createLogParser({
        format,
        mixed: this.#options.mixed ?? this.#options.format === undefined,
        reference,
        fields: fields ?? (({ telling }) => telling === true),
        memory: this.#memory,
        ...(timezone === undefined ? {} : { timezone }),
        ...(templates === undefined ? {} : { templates }),
        ...(mining === undefined ? {} : { drain: mining }),
        ...(known === undefined ? {} : { known }),
      });
      this.#parsers.set(format, parser);
    }
    return parser;
  }
}

/** Of dates such as 01/03/2026 in an input: by its `head`, by all of it where that does not tell. Undefined where nothing tells; `day` without such dates. */
async function dateOrderOf(head: DateOrderEvidence, input: FileInput, reference: Micros): Promise<DateOrder | undefined> {
  if (!head.found) return 'day';
  if (head.order !== undefined) return head.order;
  const whole = new DateOrderEvidence(reference);
  const files = readFiles([input.path], { inputs: [input] });
  try {
    for await (const { bytes } of files.read({ positions: [] }, new AbortController().signal)) {
      whole.add(bytes);
      if (whole.order !== undefined) break;
    }
  } finally {
    await files.close();
  }
  return whole.order;
}

function countFormats({ rows, format }: LogBatch, main: string, counts: Map<string, number>): void {
  if (format === undefined) {
    if (rows > 0) counts.set(main, (counts.get(main) ?? 0) + rows);
    return;
  }
  const codes = new Float64Array(format.values.length);
  for (const code of format.codes) codes[code] = (codes[code] as number) + 1;
  codes.forEach((count, code) => {
    const name = format.values[code] as string;
    if (count > 0) counts.set(name, (counts.get(name) ?? 0) + count);
  });
}

function withoutTime(times: Float64Array): number {
  let count = 0;
  for (let row = 0; row < times.length; row++) if (Number.isNaN(times[row])) count++;
  return count;
}
