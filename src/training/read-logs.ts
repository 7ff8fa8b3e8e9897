import { stat } from 'node:fs/promises';
import {
  concatSequences,
  type DeadLetter,
  type LogBatch,
  type Micros,
  type RecordBatch,
  type SequenceBatch,
  type Template,
  VedetteError,
} from '../core/index.ts';
import { chooseSequences, type SequenceFeature, type Sequencer, sequencer } from '../features/index.ts';
import { createLogParser, detectFormat, type FixedTemplate, type FormatLogParser, sampleOf } from '../parsers/index.ts';
import { type FileInput, readFiles } from '../sources/index.ts';

export interface ReadLogsOptions {
  readonly format?: string;
  readonly timezone?: string;
  readonly templates?: readonly FixedTemplate[];
  /** `auto`, `none` (windows), or a session key. */
  readonly session?: string;
  /** Use this feature instead of choosing one: a model's. */
  readonly feature?: SequenceFeature;
  readonly root?: string;
  /** Every batch as it was parsed, in order. */
  readonly onBatch?: (batch: LogBatch, templates: readonly Template[]) => void | Promise<void>;
  /** Keep the header's printed fields; default: of access logs, whose status they hold. */
  readonly fields?: boolean;
  /** Make sequences, default true; without, only `onBatch` sees the lines. */
  readonly sequences?: boolean;
  readonly onDead?: (letter: DeadLetter) => void;
  /** Sequences whenever this many events have closed, instead of all at once in the result. */
  readonly drain?: { readonly events: number; readonly take: (batch: SequenceBatch, feature: SequenceFeature) => Promise<void> };
  readonly progress?: (share: number) => void;
}

export interface InputSummary {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly generation: string;
  readonly format: string;
  readonly lines: number;
  readonly dead: number;
  /** Damage, in words; absent when it was read to its end. */
  readonly problem?: string;
}

export interface LogSequences {
  /** Undefined when no line made a sequence, or all were taken by `drain`. */
  readonly batch: SequenceBatch | undefined;
  /** Undefined without sequences. */
  readonly feature: SequenceFeature | undefined;
  readonly inputs: readonly InputSummary[];
  /** Every template in use, most frequent first. */
  readonly templates: readonly Template[];
}

/** Lines looked at before the session identifier is chosen. */
const SAMPLE_ROWS = 20_000;

/** Logs of one kind as sequences: one parser per format, one way of making sessions for all inputs, in the order given. */
export async function readLogs(inputs: readonly FileInput[], options: ReadLogsOptions = {}): Promise<LogSequences> {
  const reader = new LogReader(options);
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  let before = 0;
  for (const input of inputs) {
    await reader.read(input, (bytes) => options.progress?.(total === 0 ? 1 : Math.min(1, (before + bytes) / total)));
    before += input.bytes;
  }
  return reader.finish();
}

class LogReader {
  readonly #options: ReadLogsOptions;
  readonly #parsers = new Map<string, FormatLogParser>();
  readonly #inputs: InputSummary[] = [];
  readonly #taken: SequenceBatch[] = [];
  #sample: { batch: LogBatch; templates: readonly Template[] }[] = [];
  #sampled = 0;
  #feature: SequenceFeature | undefined;
  #sequencer: Sequencer | undefined;
  #pending = 0;

  constructor(options: ReadLogsOptions) {
    this.#options = options;
  }

  async read(input: FileInput, progress: (bytes: number) => void): Promise<void> {
    const { path } = input;
    let problem: string | undefined;
    const files = readFiles([path], {
      digest: true,
      inputs: [input],
      ...(this.#options.root === undefined ? {} : { root: this.#options.root }),
      onProblem: (one) => {
        problem ??= one.reason;
      },
    });
    let parser: FormatLogParser | undefined;
    const reference = (await stat(path)).mtimeMs * 1000;
    let generation = '';
    let lines = 0;
    let dead = 0;
    const bury = (letter: DeadLetter): void => {
      dead++;
      this.#options.onDead?.(letter);
    };
    try {
      for await (const records of files.read({ positions: [] }, new AbortController().signal)) {
        if (records.bytes.length === 0 && parser === undefined) continue;
        parser ??= this.#parserOf(records, reference);
        generation = records.generation;
        const batch = parser.parse(records, input.name, bury);
        lines += batch.rows;
        await this.#take(batch, parser.templates);
        progress(files.bytesRead());
      }
    } finally {
      await files.close();
    }
    this.#inputs.push({
      name: input.name,
      bytes: input.bytes,
      sha256: files.digest(input.name) ?? '',
      generation,
      format: parser?.format?.name ?? 'empty',
      lines,
      dead,
      ...(problem === undefined ? {} : { problem }),
    });
  }

  async finish(): Promise<LogSequences> {
    await this.#settle();
    this.#sequencer?.finish();
    await this.#drain(true);
    const feature = this.#feature;
    if (feature === undefined && this.#inputs.every(({ lines }) => lines === 0)) {
      throw new VedetteError('INPUT_EMPTY', `${this.#inputs.map(({ name }) => name).join(', ')} holds no event`, {
        hint: 'Check that it is a log; `vedette parse` shows what was read.',
      });
    }
    const templates = [...this.#parsers.values()]
      .flatMap((parser) => parser.templates)
      .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
    return { batch: this.#taken.length === 0 ? undefined : concatSequences(this.#taken), feature, inputs: this.#inputs, templates };
  }

  /** One parser per format: template codes and multi-line state belong to it. Year-less dates end at the input's own time, never at the clock's. */
  #parserOf(records: RecordBatch, reference: Micros): FormatLogParser {
    const { timezone, templates } = this.#options;
    const format = this.#options.format ?? detectFormat(sampleOf(records)).format;
    let parser = this.#parsers.get(format);
    if (parser === undefined) {
      parser = createLogParser({
        format,
        reference,
        fields: this.#options.fields ?? format.startsWith('access'),
        ...(timezone === undefined ? {} : { timezone }),
        ...(templates === undefined ? {} : { templates }),
      });
      this.#parsers.set(format, parser);
    }
    return parser;
  }

  async #take(batch: LogBatch, templates: readonly Template[]): Promise<void> {
    if (batch.rows === 0) return;
    await this.#options.onBatch?.(batch, templates);
    if (this.#options.sequences === false) return;
    if (this.#sequencer === undefined) {
      this.#sample.push({ batch, templates });
      this.#sampled += batch.rows;
      if (this.#sampled >= SAMPLE_ROWS) await this.#settle();
      return;
    }
    this.#sequencer.add(batch, templates);
    this.#pending += batch.rows;
    await this.#drain(false);
  }

  async #settle(): Promise<void> {
    if (this.#sequencer !== undefined || this.#sample.length === 0) return;
    const { session = 'auto', feature } = this.#options;
    this.#feature =
      feature ??
      chooseSequences(
        this.#sample.map(({ batch }) => batch),
        session === 'none' ? { mode: 'window' } : { session: { by: session } },
      );
    this.#sequencer = sequencer(this.#feature);
    for (const { batch, templates } of this.#sample) this.#sequencer.add(batch, templates);
    this.#pending += this.#sampled;
    this.#sample = [];
  }

  async #drain(all: boolean): Promise<void> {
    const { drain } = this.#options;
    if (!all && this.#pending < (drain?.events ?? 1_000_000)) return;
    this.#pending = 0;
    const batch = this.#sequencer?.take();
    if (batch === undefined || batch.rows === 0) return;
    if (drain === undefined) this.#taken.push(batch);
    else await drain.take(batch, this.#feature as SequenceFeature);
  }
}
