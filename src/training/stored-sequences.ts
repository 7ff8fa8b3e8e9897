import { type LogBatch, type SequenceBatch, sha256Hex, type Template, VedetteError } from '../core/index.ts';
import { chooseSequences, type SequenceChoice, type SequenceFeature, type Sequencer, sequencer } from '../features/index.ts';
import { type EventRow, readStoredEvents, type StoredEventsQuery } from '../store/index.ts';
import { fingerprintOf } from './data.ts';
import type { SequenceData } from './sequence-data.ts';
import { StoredLines } from './stored-events.ts';

export interface StoredLinesOptions {
  /** Of `EventStore.files`. */
  readonly files: readonly string[];
  readonly query: StoredEventsQuery;
  readonly progress?: (share: number) => void;
}

export interface StoredSequencesOptions extends StoredLinesOptions {
  /** What the source's lines are grouped by, when a model says so; else it is found in the first lines, as the live pipeline does. */
  readonly feature?: SequenceFeature;
  readonly choice?: SequenceChoice;
  /** Lines looked at to find it. */
  readonly lines?: number;
}

export interface StoredBatch {
  readonly batch: LogBatch;
  readonly templates: readonly Template[];
}

/** Stored lines in order, a batch for each stretch of one input. */
export async function* readStoredLines({ files, query, progress }: StoredLinesOptions): AsyncGenerator<StoredBatch> {
  const lines = new StoredLines();
  let read = 0;
  for await (const rows of readStoredEvents(files, query)) {
    for (const part of byInput(rows)) yield { batch: lines.batch(part), templates: lines.templates };
    read += rows.length;
    progress?.(Math.min(1, read / query.most));
  }
}

/** Stored events of one source as the sessions or windows the live pipeline makes of them. */
export async function readStoredSequences(options: StoredSequencesOptions): Promise<SequenceData> {
  const maker = new SequenceMaker(options);
  for await (const { batch, templates } of readStoredLines(options)) maker.add(batch, templates);
  return maker.finish();
}

class SequenceMaker {
  private readonly options: StoredSequencesOptions;
  private held: LogBatch[] = [];
  private heldRows = 0;
  private templates: readonly Template[] = [];
  private feature: SequenceFeature | undefined;
  private running: Sequencer | undefined;
  private events = 0;
  private from = Number.POSITIVE_INFINITY;
  private to = Number.NEGATIVE_INFINITY;
  private digest = '';

  constructor(options: StoredSequencesOptions) {
    this.options = options;
  }

  add(batch: LogBatch, templates: readonly Template[]): void {
    this.events += batch.rows;
    this.templates = templates;
    for (const time of batch.time) {
      if (time < this.from) this.from = time;
      if (time > this.to) this.to = time;
    }
    const rows = Array.from(batch.template, (code, row) => `${batch.origin.offset[row]} ${templates[code]?.id ?? ''}`);
    this.digest = sha256Hex(`${this.digest} ${batch.origin.input} ${rows.join(' ')}`);
    if (this.running !== undefined) {
      this.running.add(batch, templates);
      return;
    }
    this.held.push(batch);
    this.heldRows += batch.rows;
    if (this.heldRows >= (this.options.lines ?? 5_000)) this.settle();
  }

  finish(): SequenceData {
    this.settle();
    this.running?.finish();
    const batch: SequenceBatch | undefined = this.running?.take();
    const { source = '' } = this.options.query;
    if (batch === undefined || batch.rows === 0 || this.feature === undefined)
      throw new VedetteError('DATA_INSUFFICIENT', `${source} has no stored session in that time`, {
        hint: 'Choose a longer time, or upload a file to learn from.',
      });
    const times = Number.isFinite(this.from) ? { from: this.from, to: this.to } : undefined;
    const size = { rows: batch.rows, events: this.events };
    const fingerprint = fingerprintOf(size, [{ name: source, sha256: this.digest }], times);
    return { batch, feature: this.feature, fingerprint, skipped: [] };
  }

  private settle(): void {
    if (this.running !== undefined || this.held.length === 0) return;
    this.feature = this.options.feature ?? chooseSequences(this.held, { ...this.options.choice, closing: 'observed' }, this.templates);
    this.running = sequencer(this.feature);
    for (const batch of this.held) this.running.add(batch, this.templates);
    this.held = [];
  }
}

function* byInput(rows: readonly EventRow[]): Generator<readonly EventRow[]> {
  let from = 0;
  for (let row = 1; row <= rows.length; row++) {
    if (row < rows.length && rows[row]?.input === rows[from]?.input) continue;
    yield rows.slice(from, row);
    from = row;
  }
}
