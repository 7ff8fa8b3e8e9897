import { canonicalJson, type Detection, type DictColumn, dictAt, type EventBatch, type Lineage, sha256Hex } from '../../core/index.ts';
import type { FileInput } from '../../sources/index.ts';
import type { InputSummary } from '../../training/index.ts';
import { eventRecords } from '../event-records.ts';
import { EventHistogram } from '../histogram.ts';
import { type EventFormat, eventParser } from './event-files.ts';
import { FlowUseCases } from './flow-use-cases.ts';
import { inOrder } from './in-order.ts';

export interface EventAnalysis {
  readonly input: InputSummary;
  /** Events by kind, those without columns of their own by the log they are of. */
  readonly events: Readonly<Record<string, number>>;
  readonly first: number;
  readonly last: number;
  readonly histogram: EventHistogram;
  readonly lineage: Lineage;
  readonly detections: readonly Detection[];
  /** Of the use cases: findings, late events and the like. */
  readonly counters: Readonly<Record<string, number>>;
}

export interface EventAnalysisOptions {
  readonly program?: string;
  readonly seed?: number;
  readonly homeNetworks?: readonly string[];
  /** Gets every batch as it was read. */
  readonly onEvents?: (batch: EventBatch) => void;
  /** Gets events of one kind in order of their end, as far as a bound allows. */
  readonly onOrdered?: (batch: EventBatch) => void;
  /** 0..1. */
  readonly progress?: (share: number) => void;
}

/** Events of a file sorted by time before they are looked at; a larger file is taken as it comes, this many at a time. */
const MOST_SORTED = 1_000_000;

/** One file of events in one pass through the use cases, in bounded memory. */
export async function analyzeEvents(file: FileInput, format: EventFormat, options: EventAnalysisOptions = {}): Promise<EventAnalysis> {
  const { seed = 1, program = '', homeNetworks } = options;
  const useCases = new FlowUseCases({ seed, ...(homeNetworks === undefined ? {} : { homeNetworks }) });
  const parser = eventParser(format);
  const seen = { lines: 0, dead: 0, undated: 0, first: Number.NaN, last: Number.NaN };
  const events = Object.create(null) as Record<string, number>;
  const histogram = new EventHistogram();
  let problem: string | undefined;
  let waiting: EventBatch[] = [];
  const judge = (): void => {
    for (const kind of new Set(waiting.map((batch) => batch.kind))) {
      const batch = inOrder(waiting.filter((one) => one.kind === kind));
      if (batch === undefined) continue;
      useCases.take(batch);
      options.onOrdered?.(batch);
    }
    waiting = [];
  };
  const files = await eventRecords(file, {
    framing: 'lines',
    onProblem: ({ reason }) => {
      problem = reason;
    },
  });
  try {
    for await (const records of files.read()) {
      const batches = parser.parse(records, () => seen.dead++);
      for (const batch of batches) {
        seen.lines += batch.rows;
        count(batch, events);
        note(batch, histogram, seen);
        options.onEvents?.(batch);
        waiting.push(batch);
      }
      if (waiting.reduce((sum, { rows }) => sum + rows, 0) >= MOST_SORTED) judge();
      options.progress?.(files.share());
    }
    judge();
  } finally {
    await files.close();
  }
  const sha256 = await files.sha256();
  const lineage: Lineage = {
    inputs: [{ input: file.name, generation: '', from: 0, to: file.bytes, sha256 }],
    configHash: sha256Hex(canonicalJson(useCases.config)).slice(0, 16),
    feature: 'use-cases',
    model: 'use-cases',
    modelSha256: '',
    epoch: 0,
    program,
    seed,
  };
  return {
    input: {
      name: file.name,
      bytes: file.bytes,
      sha256,
      generation: '',
      format,
      lines: seen.lines,
      dead: seen.dead,
      ...(seen.undated === 0 ? {} : { undated: seen.undated }),
      ...(problem === undefined ? {} : { problem }),
    },
    events,
    first: seen.first,
    last: seen.last,
    histogram,
    lineage,
    detections: useCases.detections('events', lineage),
    counters: useCases.counters(),
  };
}

function count({ kind, columns, rows }: EventBatch, events: Record<string, number>): void {
  for (let row = 0; row < rows; row++) {
    const name = kind === 'host' ? (dictAt(columns.action as DictColumn, row) ?? kind) : kind;
    events[name] = (events[name] ?? 0) + 1;
  }
}

function note({ columns }: EventBatch, histogram: EventHistogram, seen: { first: number; last: number; undated: number }): void {
  const { time } = columns;
  if (!(time instanceof Float64Array)) return;
  histogram.add(time);
  for (const one of time) {
    if (Number.isNaN(one)) {
      seen.undated++;
      continue;
    }
    if (!(seen.first <= one)) seen.first = one;
    if (!(seen.last >= one)) seen.last = one;
  }
}
