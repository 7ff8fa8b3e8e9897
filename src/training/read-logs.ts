import { columnBuffers, type LogBatch, type SequenceBatch, type Template, VedetteError } from '../core/index.ts';
import { chooseSequences, type SequenceFeature, type Sequencer, sequencer } from '../features/index.ts';
import type { KnownTemplates } from '../parsers/index.ts';
import type { FileInput } from '../sources/index.ts';
import { InputParser, type InputSummary, type LogInputs, type ParsingOptions } from './parsing/input-parser.ts';
import { ParserThread } from './parsing/parser-thread.ts';
import { SequencePool, type SequenceRest } from './sequence-pool.ts';

export interface ReadLogsOptions extends ParsingOptions {
  /** `auto`, `none` (windows), or a session key. */
  readonly session?: string;
  /** Use this feature instead of choosing one: a model's. */
  readonly feature?: SequenceFeature;
  /** Every batch as it was parsed, in order. Its columns hold other lines once the promise has resolved. */
  readonly onBatch?: (batch: LogBatch, templates: readonly Template[]) => void | Promise<void>;
  /** Make sequences, default true; without, only `onBatch` sees the lines. */
  readonly sequences?: boolean;
  /** Keep the numbers in the leading parameters of each event, default true; only `deeplog` looks at them. */
  readonly numbers?: boolean;
  /** Give what was mined in the result, default false. */
  readonly keepTemplates?: boolean;
  /** Sequences whenever this many events have closed, instead of all at once in the result. */
  readonly drain?: { readonly events: number; readonly take: (batch: SequenceBatch, feature: SequenceFeature) => Promise<void> };
  /** What the sequences of the result take, learning from them included: bytes; more of them wait on disk, as the `rest`, or are left out. Default: all are in the result. */
  readonly bound?: { readonly memory: number; readonly rest: boolean };
  readonly progress?: (share: number) => void;
  /** What parses the inputs, the caller's to close; default `logInputs`. */
  readonly parser?: LogInputs;
}

export interface LogSequences {
  /** Undefined when no line made a sequence, or all were taken by `drain`. With a `bound`, an even sample of more than it allows. */
  readonly batch: SequenceBatch | undefined;
  /** Sequences that were made; `drain`ed ones are not counted. */
  readonly rows: number;
  /** Those that are not in `batch`, the caller's to close; undefined where there are none or they were left out. */
  readonly rest: SequenceRest | undefined;
  /** Undefined without sequences. */
  readonly feature: SequenceFeature | undefined;
  readonly inputs: readonly InputSummary[];
  /** Every template in use, most frequent first. */
  readonly templates: readonly Template[];
  /** What was mined, for readers of further lines of the same kind; empty unless `keepTemplates`. */
  readonly known: readonly KnownTemplates[];
}

/** Lines looked at before the session identifier is chosen. */
const SAMPLE_ROWS = 20_000;

/** Lines after which closed sequences are handed on when nothing else is said; with a bound on their memory, a part of the events that it allows. */
const DRAINED_LINES = 1_000_000;
const DRAINED_PART = 1 / 16;

/** Stored bytes from which on inputs are parsed in a thread of their own, beside what is made of their lines. */
const BESIDE_BYTES = 2 << 20;

/** Logs of one kind as sequences: one parser per format, one way of making sessions for all inputs, in the order given. */
export async function readLogs(inputs: readonly FileInput[], options: ReadLogsOptions = {}): Promise<LogSequences> {
  const total = inputs.reduce((sum, input) => sum + input.bytes, 0);
  const parser = options.parser ?? logInputs(total, options);
  const reader = new LogReader(parser, options);
  try {
    let before = 0;
    for (const input of inputs) {
      await reader.read(input, (bytes) => options.progress?.(total === 0 ? 1 : Math.min(1, (before + bytes) / total)));
      before += input.bytes;
    }
    return await reader.finish();
  } catch (error) {
    await reader.close();
    throw error;
  } finally {
    if (options.parser === undefined) await parser.close();
  }
}

const PARSING = [
  'format',
  'timezone',
  'templates',
  'known',
  'mining',
  'mixed',
  'readRate',
  'cpuShare',
  'fields',
  'root',
] as const satisfies readonly (keyof ParsingOptions)[];

/** Parses inputs of so many stored bytes together: here, or in a thread of its own where they are long enough. */
export function logInputs(bytes: number, given: ParsingOptions): LogInputs {
  // What else stands there need not cross to a thread.
  const options = Object.fromEntries(PARSING.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]]))) as ParsingOptions;
  return bytes < BESIDE_BYTES ? new InputParser(options) : new ParserThread(options);
}

class LogReader {
  readonly #options: ReadLogsOptions;
  readonly #parser: LogInputs;
  readonly #inputs: InputSummary[] = [];
  readonly #pool: SequencePool;
  /** Lines, or events at the end, after which closed sequences are handed on. */
  readonly #drained: number;
  #sample: { batch: LogBatch; templates: readonly Template[] }[] = [];
  #sampled = 0;
  #feature: SequenceFeature | undefined;
  #sequencer: Sequencer | undefined;
  #pending = 0;

  constructor(parser: LogInputs, options: ReadLogsOptions) {
    this.#parser = parser;
    this.#options = options;
    this.#pool = new SequencePool(options.bound?.memory ?? Number.POSITIVE_INFINITY, options.bound?.rest ?? false);
    this.#drained = options.drain?.events ?? Math.min(DRAINED_LINES, Math.ceil(this.#pool.most.events * DRAINED_PART));
  }

  async read(input: FileInput, progress: (bytes: number) => void): Promise<void> {
    const parsing = this.#parser.parse(input);
    for (let next = await parsing.next(); ; next = await parsing.next()) {
      if (next.done === true) {
        this.#inputs.push(next.value);
        return;
      }
      const { batch, templates, bytesRead } = next.value;
      await this.#take(batch, templates);
      progress(bytesRead);
    }
  }

  async finish(): Promise<LogSequences> {
    await this.#settle();
    while (this.#sequencer?.finish(true, this.#drained) === false) await this.#drain(true);
    await this.#drain(true);
    const feature = this.#feature;
    if (feature === undefined && this.#inputs.every(({ lines }) => lines === 0)) {
      throw new VedetteError('INPUT_EMPTY', `${this.#inputs.map(({ name }) => name).join(', ')} holds no event`, {
        hint: 'Check that it is a log; `vedette parse` shows what was read.',
      });
    }
    const templates = await this.#parser.templates();
    const known = this.#options.keepTemplates === true ? await this.#parser.known() : [];
    const batch = this.#pool.sample();
    return { batch, rows: this.#pool.rows, rest: this.#pool.rest(), feature, inputs: this.#inputs, templates, known };
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #take(batch: LogBatch, templates: readonly Template[]): Promise<void> {
    if (batch.rows === 0) return;
    await this.#options.onBatch?.(batch, templates);
    if (this.#options.sequences === false) {
      this.#parser.reuse(columnBuffers(batch));
      return;
    }
    if (this.#sequencer === undefined) {
      this.#sample.push({ batch, templates });
      this.#sampled += batch.rows;
      if (this.#sampled >= SAMPLE_ROWS) await this.#settle();
      return;
    }
    this.#add(this.#sequencer, batch, templates);
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
        this.#sample.at(-1)?.templates,
      );
    this.#sequencer = sequencer(this.#feature, this.#options.numbers);
    for (const { batch, templates } of this.#sample) this.#add(this.#sequencer, batch, templates);
    this.#pending += this.#sampled;
    this.#sample = [];
  }

  #add(to: Sequencer, batch: LogBatch, templates: readonly Template[]): void {
    to.add(batch, templates);
    this.#parser.reuse(columnBuffers(batch));
  }

  async #drain(all: boolean): Promise<void> {
    const { drain } = this.#options;
    if (!all && this.#pending < this.#drained) return;
    this.#pending = 0;
    const batch = this.#sequencer?.take();
    if (batch === undefined || batch.rows === 0) return;
    if (drain === undefined) await this.#pool.add(batch);
    else await drain.take(batch, this.#feature as SequenceFeature);
  }
}
