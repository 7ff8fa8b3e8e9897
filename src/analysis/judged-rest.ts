import { concatSequences, type SequenceBatch } from '../core/index.ts';
import type { SequenceRest } from '../training/index.ts';
import { KeptRows, type RowScores } from './kept-rows.ts';
import { excessOf, flaggedAt, type Judge, type RowsBeyond, rowsOf, type ScoredRows } from './learn.ts';
import type { FittedModel } from './options.ts';

export interface ScoredModel {
  readonly model: FittedModel;
  readonly scored: ScoredRows;
  readonly judge: Judge;
  readonly learntFrom: 'input' | 'baseline' | 'model';
}

interface RestOptions {
  readonly promise: number;
  /** Flagged rows that are kept of each input and model. */
  readonly top: number;
  readonly progress: (share: number) => void;
}

/**
 * Sequences that are not in memory: each is scored as it is read, by models that did not learn from it. The most surprising of those that are flagged join
 * the batch, the others are counted.
 */
export async function judgeRest(
  batch: SequenceBatch,
  models: readonly ScoredModel[],
  rest: SequenceRest,
  { promise, top, progress }: RestOptions,
): Promise<{ batch: SequenceBatch; models: ScoredModel[] }> {
  const kept = new KeptRows(models.length, promise, top);
  let done = 0;
  for await (const part of rest.read()) {
    const scores: RowScores[] = [];
    for (const { model, judge } of models) {
      const { score } = await model.detector.score(part);
      scores.push({ score, ...judge(score) });
    }
    kept.add(part, scores);
    done += part.rows;
    progress(done / rest.rows);
  }
  const { rows, scores, beyond } = kept.finish();
  return {
    batch: rows === undefined ? batch : concatSequences([batch, rows]),
    models: models.map((one, i) => withRest(one, scores[i], beyond[i] as RowsBeyond, promise)),
  };
}

function withRest(one: ScoredModel, added: RowScores | undefined, beyond: RowsBeyond, promise: number): ScoredModel {
  const scored: ScoredRows = {
    ...one.scored,
    ...(added && {
      score: joined(one.scored.score, added.score),
      pValue: joined(one.scored.pValue, added.pValue),
      extrapolated: Uint8Array.from(Buffer.concat([one.scored.extrapolated, added.extrapolated])),
    }),
    beyond,
  };
  if (one.learntFrom !== 'input') return { ...one, scored };
  let flagged = flaggedAt(scored, promise).length;
  for (const input of beyond.byInput.values()) flagged += input.flagged;
  return { ...one, scored: { ...scored, excess: excessOf(flagged, rowsOf(scored), promise) } };
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}
