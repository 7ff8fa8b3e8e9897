import { distinctSequences, type SequenceBatch } from '../../core/index.ts';
import type { Arm, SequenceConfig } from './config.ts';
import { CountNeighbours } from './count-neighbours.ts';
import { countRow } from './counted-row.ts';
import { IndelNeighbours } from './indel-neighbours.ts';
import { LanguageModel } from './language-model.ts';
import { type EncodedRows, rowOf, Vocabulary } from './vocabulary.ts';

/** Rows among which equal ones are looked for at once. */
const ROWS_GROUPED = 65_536;

export type ArmScores = Readonly<Partial<Record<Arm, Float64Array>>>;

/** Everything learnt from normal rows but the calibration: vocabulary, language model, reference rows. */
export class SequenceModel {
  readonly config: SequenceConfig;
  readonly vocabulary: Vocabulary;
  readonly language: LanguageModel;
  readonly vectors: CountNeighbours;
  readonly indel: IndelNeighbours;

  constructor(config: SequenceConfig, vocabulary: readonly string[] = [], texts: readonly string[] = []) {
    this.config = config;
    this.vocabulary = new Vocabulary(config.maxVocabulary, vocabulary, texts);
    this.language = new LanguageModel(config.order, config.endToken, config.maxGrams, config.countOnce);
    this.vectors = new CountNeighbours(config.maxVectors, config.maxVectorEntries);
    this.indel = new IndelNeighbours(config.indelEvents, config.indelReferences);
  }

  learn(batch: SequenceBatch, from: number, to: number): void {
    const rows = this.vocabulary.encode(batch, from, to, true);
    for (let row = 0; row < to - from; row += ROWS_GROUPED) {
      for (const { symbols, count } of grouped(rows, row, Math.min(row + ROWS_GROUPED, to - from))) this.add(symbols, count);
    }
    this.language.symbols = this.vocabulary.size - 1;
  }

  /** A normal row that was seen `count` times. */
  add(row: Int32Array, count = 1): void {
    if (this.config.arms.some((arm) => arm.startsWith('language-model'))) this.language.add(row, count);
    this.vectors.add(row, count);
    if (this.config.arms.includes('indel')) this.indel.add(row);
  }

  /** Rows [from, to) of the batch; equal rows are scored once. */
  score(batch: SequenceBatch, from: number, to: number): ArmScores {
    const rows = this.vocabulary.encode(batch, from, to, false);
    const scorer = this.scorer();
    const arms = emptyScores(this.config.arms, to - from);
    const { ids, rows: first } = distinctSequences({ codes: rows.symbols, offsets: rows.offsets }, 0, to - from);
    const byId = emptyScores(this.config.arms, first.length);
    for (let id = 0; id < first.length; id++) {
      const scores = scorer(rowOf(rows, first[id] as number));
      for (const arm of this.config.arms) (byId[arm] as Float64Array)[id] = scores[arm];
    }
    for (const arm of this.config.arms) {
      const [column, own] = [arms[arm] as Float64Array, byId[arm] as Float64Array];
      for (let row = 0; row < column.length; row++) column[row] = own[ids[row] as number] as number;
    }
    return arms;
  }

  scorer(): (row: Int32Array) => Record<Arm, number> {
    const { arms } = this.config;
    const masses = this.vectors.masses();
    return (row) => {
      const scores = { 'count-vector': 0, 'language-model': 0, 'language-model-rms': 0, indel: 0 };
      if (arms.includes('count-vector')) scores['count-vector'] = this.vectors.nearest(countRow(row), masses).distance;
      if (arms.includes('indel')) scores.indel = this.indel.nearest(row).distance;
      if (arms.includes('language-model') || arms.includes('language-model-rms')) {
        const nll = this.language.surprisals(row);
        let sum = 0;
        let squares = 0;
        for (const value of nll) {
          sum += value;
          squares += value * value;
        }
        scores['language-model'] = nll.length === 0 ? 0 : sum / nll.length;
        scores['language-model-rms'] = nll.length === 0 ? 0 : Math.sqrt(squares / nll.length);
      }
      return scores;
    };
  }
}

/** Distinct rows in order of first appearance, with how often each is there: learning them so is learning them one by one. */
function grouped(rows: EncodedRows, from: number, to: number): { readonly symbols: Int32Array; readonly count: number }[] {
  const { ids, rows: first } = distinctSequences({ codes: rows.symbols, offsets: rows.offsets }, from, to);
  const counts = new Int32Array(first.length);
  for (const id of ids) counts[id] = (counts[id] as number) + 1;
  return Array.from(first, (row, id) => ({ symbols: rowOf(rows, row), count: counts[id] as number }));
}

export function emptyScores(arms: readonly Arm[], rows: number): Partial<Record<Arm, Float64Array>> {
  return Object.fromEntries(arms.map((arm) => [arm, new Float64Array(rows)]));
}
