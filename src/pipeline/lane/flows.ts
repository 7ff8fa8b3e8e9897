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
    const said: FlowPrediction[][] = Array.from({ length: batch.rows }, () => []);
    for (const scorer of this.#scorers) {
      const judged = await scorer.takeFlows(flows);
      findings.push(...judged.findings);
      for (const [row, prediction] of judged.predictions.entries()) if (prediction !== undefined) said[row]?.push(prediction);
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

/** The batch with `predictions` among its rows' attributes. */
function withPredictions(batch: EventBatch, said: readonly (readonly FlowPrediction[])[]): EventBatch {
  const before = batch.columns.attributes as TextColumn | undefined;
  const encoder = new TextEncoder();
  const texts = said.map((predictions, row) => {
    const start = before?.start[row] ?? -1;
    const own = start < 0 || before === undefined ? '' : decodeUtf8(before.bytes, start, before.end[row] as number);
    if (predictions.length === 0) return start < 0 ? undefined : encoder.encode(own);
    const added = `"predictions":${JSON.stringify(predictions)}`;
    const inside = own.startsWith('{') && own.endsWith('}') ? own.slice(1, -1).trim() : '';
    return encoder.encode(`{${inside === '' ? '' : `${inside},`}${added}}`);
  });
  const start = new Int32Array(batch.rows).fill(-1);
  const end = new Int32Array(batch.rows);
  const bytes = new Uint8Array(texts.reduce((sum, text) => sum + (text?.length ?? 0), 0));
  let at = 0;
  for (const [row, text] of texts.entries()) {
    if (text === undefined) continue;
    start[row] = at;
    bytes.set(text, at);
    at += text.length;
    end[row] = at;
  }
  return { ...batch, columns: { ...batch.columns, attributes: { bytes, start, end } } };
}
