import { decodeUtf8, type RecordBatch, type SequenceBatch, VedetteError } from '../core/index.ts';
import { detectFormat, sampleOf } from '../parsers/index.ts';
import { readFiles } from '../sources/index.ts';
import { fingerprintOf, type TrainingData } from './data.ts';
import { type LabelFrom, labelFromPath, readLabels } from './labels.ts';
import { recogniseSessions, type SessionParser } from './session-format.ts';

export interface ReadSessionOptions {
  readonly labelFrom?: LabelFrom;
  /** Globs on input names; members of archives are `archive.zip!member`. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  /** Readable text by event id. */
  readonly templates?: ReadonlyMap<string, string>;
  /** Most events read before LIMIT_EXCEEDED. */
  readonly maxEvents?: number;
  readonly progress?: (share: number) => void;
}

/**
 * Session files as sequences: one session of event ids a line, `key,ids` lines, a CSV with a sequence column
 * (`BlockId,Label,EventSequence`), or one trace a file, plain or in gzip, zstd, zip and folders. Rows keep the order of
 * the inputs' names. A file that is none of these is skipped and named, unless it is the only one.
 */
export async function readSessions(paths: readonly string[], options: ReadSessionOptions = {}): Promise<TrainingData<SequenceBatch>> {
  const rows = new SessionRows(options.maxEvents ?? 100_000_000);
  const byId = options.labelFrom?.from === 'file' ? await readLabels(options.labelFrom.path) : undefined;
  const labelColumn = options.labelFrom?.from === 'column' ? options.labelFrom.name : undefined;
  const skipped = new Map<string, string>();
  const { include, exclude } = options;
  const files = readFiles(paths, { framing: 'lines', digest: true, ...(include && { include }), ...(exclude && { exclude }) });
  const total = (await files.inputs()).reduce((sum, input) => sum + input.bytes, 0);
  let input = '';
  let parser: SessionParser | undefined;
  for await (const batch of files.read({ positions: [] }, new AbortController().signal)) {
    if (batch.input !== input) {
      input = batch.input;
      parser = undefined;
    }
    let number = batch.line - 1;
    for (const line of linesOf(batch.bytes, batch.ends)) {
      number++;
      if (line.trim() === '' || skipped.has(input)) continue;
      if (parser === undefined) {
        const recognised = recognise(batch, labelColumn);
        if (typeof recognised === 'string') {
          skipped.set(input, recognised);
          continue;
        }
        parser = recognised.parser;
        if (recognised.header) continue;
      }
      const session = parser(line);
      const key = session.key ?? (number === 1 ? input : `${input}:${number}`);
      rows.add(key, session.events, labelOf(options.labelFrom, input, session.label, byId?.get(key)));
    }
    options.progress?.(total === 0 ? 1 : Math.min(1, files.bytesRead() / total));
  }
  if (rows.count === 0) throw noSessions(paths, [...skipped.values()][0]);
  if (labelColumn !== undefined && rows.unlabelled === rows.count) {
    throw new VedetteError('FORMAT_INVALID', `no column ${labelColumn} in ${paths.join(', ')}`, {
      hint: 'check the header line, or use --label-from path',
    });
  }
  const digests = (await files.inputs())
    .filter(({ name }) => !skipped.has(name))
    .map(({ name }) => ({ name, sha256: files.digest(name) ?? '' }));
  const batch = rows.batch(options.templates);
  return {
    batch,
    ...(options.labelFrom === undefined ? {} : { labels: rows.labels }),
    fingerprint: fingerprintOf({ rows: batch.rows, events: batch.codes.length }, digests),
    skipped: [...skipped].map(([name, reason]) => ({ input: name, reason })),
  };
}

const SAMPLE_LINES = 1000;
const LF = 10;

/** The parser of a file by the batch with its first lines, or why there is none. */
function recognise(batch: RecordBatch, labelColumn: string | undefined): { parser: SessionParser; header: boolean } | string {
  const sample = sampleOf(batch);
  const lines: string[] = [];
  for (const line of linesOf(sample, undefined)) {
    if (line.trim() !== '') lines.push(line);
    if (lines.length >= SAMPLE_LINES) break;
  }
  // The last line of a sample may be cut short.
  if (lines.length > 1 && sample.at(-1) !== LF) lines.pop();
  const [first = ''] = lines;
  const recognised = recogniseSessions(lines, labelColumn);
  if (recognised === undefined) return `its lines are no sessions of event ids: ${JSON.stringify(first.slice(0, 60))}`;
  const { format } = detectFormat(sample);
  if (!recognised.header && format !== 'plain') return `it is a log of the format ${format}: ${JSON.stringify(first.slice(0, 60))}`;
  return recognised;
}

function labelOf(from: LabelFrom | undefined, input: string, column: string | undefined, listed: string | undefined): string | undefined {
  if (from === undefined) return undefined;
  if (from.from === 'path') return labelFromPath(input);
  return from.from === 'column' ? column : listed;
}

function* linesOf(bytes: Uint8Array, ends: Uint32Array | undefined): Generator<string> {
  let start = 0;
  for (let i = 0; start < bytes.length; i++) {
    const lineEnd = ends === undefined ? bytes.indexOf(10, start) : (ends[i] ?? bytes.length);
    const end = lineEnd < 0 ? bytes.length : lineEnd;
    yield decodeUtf8(bytes, start, end).replace(/[\r\n]+$/, '');
    start = ends === undefined ? end + 1 : end;
  }
}

class SessionRows {
  readonly labels: string[] = [];
  unlabelled = 0;
  readonly #maxEvents: number;
  readonly #keys: string[] = [];
  readonly #codes = new Map<string, number>();
  readonly #offsets: number[] = [0];
  #events = new Int32Array(1 << 16);
  #size = 0;

  constructor(maxEvents: number) {
    this.#maxEvents = maxEvents;
  }

  get count(): number {
    return this.#keys.length;
  }

  add(key: string, events: readonly string[], label: string | undefined): void {
    while (this.#size + events.length > this.#events.length) {
      const wider = new Int32Array(this.#events.length * 2);
      wider.set(this.#events);
      this.#events = wider;
    }
    if (this.#size + events.length > this.#maxEvents) {
      throw new VedetteError('LIMIT_EXCEEDED', `the data hold more than ${this.#maxEvents} events`, {
        hint: 'give fewer files, or raise the limit',
      });
    }
    for (const id of events) {
      let code = this.#codes.get(id);
      if (code === undefined) {
        code = this.#codes.size;
        this.#codes.set(id, code);
      }
      this.#events[this.#size++] = code;
    }
    this.#keys.push(key);
    this.#offsets.push(this.#size);
    if (label === undefined) this.unlabelled++;
    this.labels.push(label ?? '');
  }

  batch(templates: ReadonlyMap<string, string> | undefined): SequenceBatch {
    const vocabulary = [...this.#codes.keys()];
    const rows = this.count;
    return {
      shape: 'sequences',
      rows,
      keys: this.#keys,
      entities: this.#keys,
      codes: this.#events.slice(0, this.#size),
      offsets: Int32Array.from(this.#offsets),
      vocabulary,
      ...(templates === undefined ? {} : { eventText: vocabulary.map((id) => templates.get(id) ?? templates.get(`E${id}`) ?? '') }),
      start: new Float64Array(rows),
      end: new Float64Array(rows),
    };
  }
}

function noSessions(paths: readonly string[], reason: string | undefined): VedetteError {
  return new VedetteError('FORMAT_UNKNOWN', `${paths.join(', ')} holds no sessions${reason === undefined ? '' : `: ${reason}`}`, {
    hint: 'a session file has one session of event ids a line, key,ids lines (keys without blanks), or a column EventSequence; logs need a session key',
  });
}
