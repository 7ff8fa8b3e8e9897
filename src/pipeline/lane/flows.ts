import type { EventBatch, FlowPrediction, Micros, TextColumn } from '../../core/index.ts';
import { decodeUtf8 } from '../../core/index.ts';
import { eventFlows, type FurtherColumns } from '../../features/index.ts';
import { FlowScorer } from './flow-scorer.ts';
import type { Finding } from './lane.ts';
import type { LaneScorer } from './lane-scorer.ts';

/** Flows of one batch of events, and columns of theirs beyond the events'. */
export interface LaneFlowBatch {
  readonly batch: EventBatch;
  readonly further?: FurtherColumns;
}

/** Single flows of one source for models that were trained on flows. Without such models it does nothing. */
export class LaneFlows {
  readonly #scorers: readonly FlowScorer[];

  constructor(scorers: readonly LaneScorer[]) {
    this.#scorers = scorers.filter((scorer) => scorer instanceof FlowScorer);
  }

  get used(): boolean {
    return this.#scorers.length > 0;
  }

  get counters(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.#scorers.flatMap(({ options, counters }) =>
        Object.entries(counters).map(([name, value]) => [`${options.detector}_${name}`, value]),
      ),
    );
  }

  /** Findings, and the batch with what the models say of each flow among its attributes; batches of other kinds stay as they are. */
  async take({ batch, further }: LaneFlowBatch): Promise<{ readonly findings: readonly Finding[]; readonly batch: EventBatch }> {
    if (!this.used || batch.kind !== 'flow' || batch.rows === 0) return { findings: [], batch };
    const flows = eventFlows(batch, further);
    const findings: Finding[] = [];
    const said: (readonly (FlowPrediction | undefined)[])[] = [];
    for (const scorer of this.#scorers) {
      const judged = await scorer.takeFlows(flows);
      findings.push(...judged.findings);
      said.push(judged.predictions);
    }
    return { findings, batch: withPredictions(batch, said) };
  }

  advance(now: Micros): Finding[] {
    return this.#scorers.flatMap((scorer) => scorer.advance(now));
  }

  finish(): Finding[] {
    return this.#scorers.flatMap((scorer) => scorer.finish());
  }
}

/** The batch with `predictions` among its rows' attributes; `said` by model, by row. Rows with the same text share its bytes. */
function withPredictions(batch: EventBatch, said: readonly (readonly (FlowPrediction | undefined)[])[]): EventBatch {
  const before = batch.columns.attributes as TextColumn | undefined;
  const written = new Map<FlowPrediction, string>();
  const textOf = (prediction: FlowPrediction): string => {
    let text = written.get(prediction);
    if (text === undefined) {
      text = JSON.stringify(prediction);
      written.set(prediction, text);
    }
    return text;
  };
  const own = new OwnTexts(before);
  const texts: string[] = [];
  const start = new Int32Array(batch.rows).fill(-1);
  const end = new Int32Array(batch.rows);
  let length = 0;
  for (let row = 0; row < batch.rows; row++) {
    let added = '';
    for (const { [row]: prediction } of said) {
      if (prediction !== undefined) added = added === '' ? textOf(prediction) : `${added},${textOf(prediction)}`;
    }
    const one = own.at(row);
    if (one.isAbsent && added === '') continue;
    let span = one.spans.get(added);
    if (span === undefined) {
      const text = added === '' ? one.text : `{${one.inside}${one.inside === '' ? '' : ','}"predictions":[${added}]}`;
      texts.push(text);
      span = { start: length, end: length + Buffer.byteLength(text) };
      length = span.end;
      one.spans.set(added, span);
    }
    start[row] = span.start;
    end[row] = span.end;
  }
  return { ...batch, columns: { ...batch.columns, attributes: { bytes: new TextEncoder().encode(texts.join('')), start, end } } };
}

/** What a row has of its own, and where texts that begin with it stand, by what was added. */
interface OwnText {
  readonly isAbsent: boolean;
  readonly text: string;
  /** Without the braces of its object; empty for none. */
  readonly inside: string;
  readonly spans: Map<string, { readonly start: number; readonly end: number }>;
}

/** Attributes of a batch; those that rows share are read once. */
class OwnTexts {
  private readonly column: TextColumn | undefined;
  private readonly none: OwnText = { isAbsent: true, text: '', inside: '', spans: new Map() };
  /** By start. */
  private readonly known = new Map<number, { readonly end: number; readonly text: OwnText }>();

  constructor(column: TextColumn | undefined) {
    this.column = column;
  }

  at(row: number): OwnText {
    const start = this.column?.start[row] ?? -1;
    if (this.column === undefined || start < 0) return this.none;
    const end = this.column.end[row] as number;
    const known = this.known.get(start);
    if (known?.end === end) return known.text;
    const text = decodeUtf8(this.column.bytes, start, end);
    const inside = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1).trim() : '';
    const one = { isAbsent: false, text, inside, spans: new Map() };
    this.known.set(start, { end, text: one });
    return one;
  }
}
