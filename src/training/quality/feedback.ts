import { type Detector, type LabelledRow, type SequenceBatch, seededRandom, sequenceAt, shuffle } from '../../core/index.ts';
import { isNormal, type TrainingData } from '../data.ts';
import { selectRows } from '../select.ts';
import { calibratedThreshold } from '../threshold.ts';

/** Means over the repetitions of what labelling some false positives changed. */
export interface FeedbackRow {
  readonly labelled: number;
  /** False positives of the second half that share neither sequence nor count vector with a labelled one: before, after. */
  readonly held_back_before: number;
  readonly held_back_after: number;
  /** All false positives of the second half: before, after, and after an allowlist of exactly the labelled sequences and count vectors. */
  readonly before: number;
  readonly after: number;
  readonly after_allowlist: number;
  readonly true_positives_before: number;
  readonly true_positives_lost: number;
}

export interface FeedbackOptions {
  /** Fitted. */
  readonly detector: Detector<SequenceBatch>;
  readonly calibration: Float64Array;
  readonly test: TrainingData<SequenceBatch>;
  readonly promise: number;
  readonly counts?: readonly number[];
  readonly repetitions?: number;
  readonly seed?: number;
}

/**
 * What analysts' labels do on data they have not seen: false positives of the first half of the normal test rows are labelled
 * at random, those of the second half are counted. Leaves the detector without labels.
 */
export async function measureFeedback(options: FeedbackOptions): Promise<FeedbackRow[]> {
  const { detector, test, counts = [1, 5, 20], repetitions = 10, seed = 1 } = options;
  const labels = test.labels ?? [];
  const threshold = calibratedThreshold(options.calibration, options.promise).score;
  detector.applyLabels([]);
  const { score } = await detector.score(test.batch);
  const normal = [...labels.keys()].filter((row) => isNormal(labels[row] as string));
  const half = normal[normal.length >> 1] ?? 0;
  const raised = (row: number) => (score[row] as number) > threshold;
  const candidates = normal.filter((row) => row < half && raised(row));
  const later = normal.filter((row) => row >= half && raised(row));
  const found = [...labels.keys()].filter((row) => !isNormal(labels[row] as string) && raised(row));
  const laterRows = selectRows(test, membership(later)).batch;
  const foundRows = selectRows(test, membership(found)).batch;
  const out: FeedbackRow[] = [];
  for (const count of counts) {
    const sums = { heldBefore: 0, heldAfter: 0, after: 0, allowlist: 0, lost: 0 };
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const chosen = shuffle(candidates.slice(), seededRandom(seed + repetition)).slice(0, count);
      const same = new Set(chosen.flatMap((row) => [sequenceKey(test.batch, row), countKey(test.batch, row)]));
      const isSame = (row: number) => same.has(sequenceKey(test.batch, row)) || same.has(countKey(test.batch, row));
      detector.applyLabels(chosen.map((row) => labelOf(detector, test.batch, row)));
      const after = (await detector.score(laterRows)).score;
      for (const [i, row] of later.entries()) {
        const still = (after[i] as number) > threshold ? 1 : 0;
        sums.after += still;
        if (isSame(row)) continue;
        sums.allowlist++;
        sums.heldBefore++;
        sums.heldAfter += still;
      }
      sums.lost += (await detector.score(foundRows)).score.filter((value) => value <= threshold).length;
    }
    detector.applyLabels([]);
    out.push({
      labelled: Math.min(count, candidates.length),
      held_back_before: sums.heldBefore / repetitions,
      held_back_after: sums.heldAfter / repetitions,
      before: later.length,
      after: sums.after / repetitions,
      after_allowlist: sums.allowlist / repetitions,
      true_positives_before: found.length,
      true_positives_lost: sums.lost / repetitions,
    });
  }
  return out;
}

function membership(rows: readonly number[]): (row: number) => boolean {
  const set = new Set(rows);
  return (row) => set.has(row);
}

function labelOf(detector: Detector<SequenceBatch>, batch: SequenceBatch, row: number): LabelledRow {
  return { alertId: `row-${row}`, verdict: 'false-positive', entity: batch.entities[row] as string, row: detector.describe(batch, row) };
}

function sequenceKey(batch: SequenceBatch, row: number): string {
  return `s${sequenceAt(batch, row).join()}`;
}

function countKey(batch: SequenceBatch, row: number): string {
  return `c${sequenceAt(batch, row).slice().sort().join()}`;
}
