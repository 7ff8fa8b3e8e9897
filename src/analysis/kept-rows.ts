import { concatSequences, firstInputOf, type SequenceBatch, selectSequences } from '../core/index.ts';
import type { RowsBeyond, ScoredRows } from './learn.ts';

export type RowScores = Pick<ScoredRows, 'score' | 'pValue' | 'extrapolated'>;

/** Bounds of what is held. */
const MOST_ROWS = 20_000;
const MOST_EVENTS = 500_000;
const MOST_P_VALUES = 100_000;

interface Part {
  readonly rows: SequenceBatch;
  /** By model. */
  readonly scores: readonly RowScores[];
}

/** `RowsBeyond` as it is counted. */
interface Counts {
  rows: number;
  readonly flagged: number[];
  readonly byInput: Map<string, { scored: number; flagged: number }>;
}

/** Of rows judged by several models, the most surprising flagged ones of each input and model; the others are counted, in bounded memory. */
export class KeptRows {
  readonly #promise: number;
  readonly #top: number;
  readonly #beyond: readonly Counts[];
  #parts: Part[] = [];

  constructor(models: number, promise: number, top: number) {
    this.#promise = promise;
    this.#top = top;
    this.#beyond = Array.from({ length: models }, () => ({ rows: 0, flagged: [], byInput: new Map() }));
  }

  add(rows: SequenceBatch, scores: readonly RowScores[]): void {
    this.#parts.push(this.#keep({ rows, scores }, this.#top));
    if (this.#isFull()) this.#prune();
  }

  /** `rows` is undefined, and `scores` is empty, where none was kept. */
  finish(): { rows: SequenceBatch | undefined; scores: readonly RowScores[]; beyond: readonly RowsBeyond[] } {
    this.#prune();
    const [part] = this.#parts;
    const kept = part !== undefined && part.rows.rows > 0 ? part : { rows: undefined, scores: [] };
    return { ...kept, beyond: this.#beyond };
  }

  #isFull(): boolean {
    const rows = this.#parts.reduce((sum, part) => sum + part.rows.rows, 0);
    return rows > MOST_ROWS || this.#parts.reduce((sum, part) => sum + part.rows.codes.length, 0) > MOST_EVENTS;
  }

  /** Fewer of each input and model where all that are wanted are too many. */
  #prune(): void {
    for (let top = this.#top; ; top = Math.ceil(top / 2)) {
      this.#parts = [this.#keep(this.#joined(), top)];
      if (!this.#isFull() || top <= 1) return;
    }
  }

  #joined(): Part {
    const models = this.#beyond.map((_, model) => this.#parts.map(({ scores }) => scores[model] as RowScores));
    return {
      rows: concatSequences(this.#parts.map(({ rows }) => rows)),
      scores: models.map((parts) => ({
        score: Float64Array.from(parts.flatMap(({ score }) => [...score])),
        pValue: Float64Array.from(parts.flatMap(({ pValue }) => [...pValue])),
        extrapolated: Uint8Array.from(parts.flatMap(({ extrapolated }) => [...extrapolated])),
      })),
    };
  }

  /** The `top` of each input and model, in their order; what is left out is counted. */
  #keep({ rows, scores }: Part, top: number): Part {
    const wanted = new Uint8Array(rows.rows);
    for (const { score, pValue } of scores) {
      const flagged = new Map<string, number[]>();
      for (let row = 0; row < rows.rows; row++) {
        if (!((pValue[row] as number) <= this.#promise)) continue;
        const input = firstInputOf(rows, row) ?? '';
        const known = flagged.get(input);
        if (known === undefined) flagged.set(input, [row]);
        else known.push(row);
      }
      for (const found of flagged.values()) {
        found.sort((a, b) => (pValue[a] as number) - (pValue[b] as number) || (score[b] as number) - (score[a] as number) || a - b);
        for (const row of found.slice(0, top)) wanted[row] = 1;
      }
    }
    const chosen: number[] = [];
    for (let row = 0; row < rows.rows; row++) if (wanted[row] === 1) chosen.push(row);
    this.#count(rows, scores, wanted);
    return {
      rows: selectSequences(rows, chosen),
      scores: scores.map(({ score, pValue, extrapolated }) => ({
        score: Float64Array.from(chosen, (row) => score[row] as number),
        pValue: Float64Array.from(chosen, (row) => pValue[row] as number),
        extrapolated: Uint8Array.from(chosen, (row) => extrapolated[row] as number),
      })),
    };
  }

  #count(rows: SequenceBatch, scores: readonly RowScores[], wanted: Uint8Array): void {
    scores.forEach(({ score, pValue }, model) => {
      const beyond = this.#beyond[model] as Counts;
      for (let row = 0; row < rows.rows; row++) {
        if (wanted[row] === 1) continue;
        beyond.rows++;
        const input = firstInputOf(rows, row) ?? '';
        let counts = beyond.byInput.get(input);
        if (counts === undefined) {
          counts = { scored: 0, flagged: 0 };
          beyond.byInput.set(input, counts);
        }
        if (!Number.isNaN(score[row] as number)) counts.scored++;
        if (!((pValue[row] as number) <= this.#promise)) continue;
        counts.flagged++;
        if (beyond.flagged.length < MOST_P_VALUES) beyond.flagged.push(pValue[row] as number);
      }
    });
  }
}
