import { explainsBest, tellsTheSame } from '../../alerts/index.ts';
import type { SeriesBatch } from '../../core/index.ts';
import type { Flagged, LaneScorer } from './lane-scorer.ts';

/** A row that a detector flagged. */
export interface FlaggedBy {
  readonly scorer: LaneScorer;
  readonly flagged: Flagged;
}

/** What was told last of a series, and for how many more of its readings the like of other detectors is the same thing. */
interface Told {
  readonly detector: string;
  left: number;
}

export type OneFindingState = readonly (readonly [string, string, number])[];

const APART = 30;
const MOST = 20_000;

/**
 * Several detectors may tell the same of one series: the first to tell it is heard, of those that tell it at the same reading the
 * one that explains best, until the others have been quiet for some readings. Counted in readings, so batches do not matter.
 */
export class OneFinding {
  /** Findings left out because another detector had told of the same. */
  left = 0;
  readonly #told = new Map<string, Told>();

  /** In the order of their rows. */
  keep(batch: SeriesBatch, all: readonly FlaggedBy[]): FlaggedBy[] {
    if (all.length === 0 && this.#told.size === 0) return [];
    const byReading = new Map<string, FlaggedBy[]>();
    for (const one of all) {
      const reading = readingOf(one.flagged.batch as SeriesBatch, one.flagged.row);
      const same = byReading.get(reading);
      if (same === undefined) byReading.set(reading, [one]);
      else same.push(one);
    }
    const kept: FlaggedBy[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const name = batch.series[batch.code[row] as number] as string;
      const flagged = byReading.get(readingOf(batch, row));
      if (flagged !== undefined) kept.push(...this.#heard(name, flagged));
      else this.#quiet(name);
    }
    return kept;
  }

  snapshot(): OneFindingState {
    return [...this.#told].map(([name, { detector, left }]) => [name, detector, left] as const);
  }

  restore(state: OneFindingState): void {
    this.#told.clear();
    for (const [name, detector, left] of state) this.#told.set(name, { detector, left });
  }

  #heard(name: string, flagged: readonly FlaggedBy[]): FlaggedBy[] {
    const heard: FlaggedBy[] = [];
    const best = [...flagged].sort((a, b) => (explainsBest(nameOf(a), nameOf(b)) === nameOf(a) ? -1 : 1));
    for (const one of best) {
      const detector = nameOf(one);
      const told = this.#told.get(name);
      if (told !== undefined && tellsTheSame(told.detector, detector)) {
        told.left = APART;
        this.left++;
        continue;
      }
      this.#told.delete(name);
      this.#told.set(name, { detector, left: APART });
      const [oldest] = this.#told.keys();
      if (this.#told.size > MOST && oldest !== undefined) this.#told.delete(oldest);
      heard.push(one);
    }
    return heard;
  }

  #quiet(name: string): void {
    const told = this.#told.get(name);
    if (told === undefined) return;
    told.left--;
    if (told.left <= 0) this.#told.delete(name);
  }
}

/** A series has one reading at a time; a detector may have flagged it in a part of the batch. */
function readingOf(batch: SeriesBatch, row: number): string {
  return `${batch.start[row]} ${batch.series[batch.code[row] as number]}`;
}

function nameOf({ scorer }: FlaggedBy): string {
  return scorer.options.detector;
}
