import { type SequenceBatch, sequenceAt } from '../core/index.ts';
import { calibratedThreshold } from './threshold.ts';

/** A trivial detector that any other must beat: what it flags, and a score to rank by. */
export interface Baseline {
  readonly name: string;
  readonly flagged: Uint8Array;
  readonly score: Float64Array;
}

const STIDE_LENGTH = 6;
const FOLDS = 5;

/** Flag everything and nothing; with the training rows also unseen event, unseen count vector, and STIDE at the promised rate. */
export function baselinesOf(test: SequenceBatch, train: SequenceBatch | undefined, promise: number): Baseline[] {
  const constant = (name: string, value: number): Baseline => ({
    name,
    flagged: new Uint8Array(test.rows).fill(value),
    score: new Float64Array(test.rows),
  });
  const trivial = [constant('flag everything', 1), constant('flag nothing', 0)];
  if (train === undefined) return trivial;
  return [
    ...trivial,
    unseen('unseen event', train, test, eventsOf),
    unseen('unseen count vector', train, test, countVectorOf),
    stide(train, test, promise),
  ];
}

type Features = (batch: SequenceBatch, row: number) => string[];

const eventsOf: Features = (batch, row) => Array.from(sequenceAt(batch, row), (code) => batch.vocabulary[code] as string);

const countVectorOf: Features = (batch, row) => {
  const counts = new Map<string, number>();
  for (const id of eventsOf(batch, row)) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [JSON.stringify([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))];
};

/** Windows of six events (Forrest et al. 1996, Warrender et al. 1999); shorter rows are one window. */
const windowsOf: Features = (batch, row) => {
  const ids = eventsOf(batch, row);
  if (ids.length <= STIDE_LENGTH) return [ids.join(' ')];
  return Array.from({ length: ids.length - STIDE_LENGTH + 1 }, (_, i) => ids.slice(i, i + STIDE_LENGTH).join(' '));
};

function unseen(name: string, train: SequenceBatch, test: SequenceBatch, features: Features): Baseline {
  const score = unseenShare(train, test, features, [[0, train.rows]], 0, test.rows);
  return { name, score, flagged: Uint8Array.from(score, (value) => (value > 0 ? 1 : 0)) };
}

function stide(train: SequenceBatch, test: SequenceBatch, promise: number): Baseline {
  const calibration = new Float64Array(train.rows);
  const folds = Math.min(FOLDS, train.rows);
  for (let fold = 0; fold < folds; fold++) {
    const from = Math.round((fold * train.rows) / folds);
    const to = Math.round(((fold + 1) * train.rows) / folds);
    const others: [number, number][] = [
      [0, from],
      [to, train.rows],
    ];
    calibration.set(unseenShare(train, train, windowsOf, others, from, to), from);
  }
  const score = unseenShare(train, test, windowsOf, [[0, train.rows]], 0, test.rows);
  const threshold = calibratedThreshold(calibration, promise).score;
  return { name: `stide n=${STIDE_LENGTH}`, score, flagged: Uint8Array.from(score, (value) => (value > threshold ? 1 : 0)) };
}

/** Share of a row's features that no known row has, for the test rows [from, to). */
function unseenShare(
  train: SequenceBatch,
  test: SequenceBatch,
  features: Features,
  known: readonly (readonly [number, number])[],
  from: number,
  to: number,
): Float64Array {
  const seen = new Set<string>();
  for (const [first, last] of known) for (let row = first; row < last; row++) for (const feature of features(train, row)) seen.add(feature);
  return Float64Array.from({ length: to - from }, (_, i) => {
    const own = features(test, from + i);
    return own.length === 0 ? 0 : own.filter((feature) => !seen.has(feature)).length / own.length;
  });
}
