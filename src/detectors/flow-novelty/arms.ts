import { type Random, shuffle } from '../../core/index.ts';
import {
  type Autoencoder,
  boostTrees,
  fitScaler,
  HALF_A_FLAG,
  neighbourDistances,
  reconstructionErrors,
  type Scaler,
  scaleRows,
  type TreeEnsemble,
  trainAutoencoder,
  treeProbabilities,
} from '../../ml/index.ts';

/** What normal flows look like, three ways. */
export interface NoveltyArms {
  readonly scaler: Scaler;
  /** Scaled normal rows that others are compared with. */
  readonly references: Float32Array;
  readonly autoencoder: Autoencoder;
  /** Tells rows from rows some of whose cells come from other rows: what breaks the columns' dependence. */
  readonly shuffled: TreeEnsemble;
}

export interface NoveltyOptions {
  readonly neighbours: number;
  /** Most references kept, drawn at random. */
  readonly references: number;
  readonly epochs: number;
  readonly rounds: number;
}

export const NOVELTY_DEFAULTS: NoveltyOptions = { neighbours: 1, references: 10_000, epochs: 100, rounds: 100 };

export const ARM_NAMES = ['neighbour', 'autoencoder', 'shuffled'] as const;
export type ArmScores = Readonly<Record<(typeof ARM_NAMES)[number], Float64Array>>;

/** `values`: normal rows, row-major, NaN where absent. */
export async function fitNoveltyArms(values: Float32Array, columns: number, options: NoveltyOptions, random: Random): Promise<NoveltyArms> {
  const rows = values.length / columns;
  const scaler = fitScaler(values, rows, columns, HALF_A_FLAG);
  const scaled = scaleRows(scaler, values);
  const order = shuffle(
    Int32Array.from({ length: rows }, (_, row) => row),
    random,
  );
  const kept = order.subarray(0, Math.min(rows, options.references)).sort();
  const references = new Float32Array(kept.length * columns);
  for (const [i, row] of kept.entries()) references.set(scaled.subarray(row * columns, (row + 1) * columns), i * columns);
  const hidden = Math.min(64, Math.max(4, columns));
  const autoencoder = await trainAutoencoder(scaled, columns, {
    hidden,
    code: Math.max(2, Math.min(24, columns >> 1)),
    epochs: options.epochs,
    seed: Math.floor(random() * 2 ** 31),
  });
  return { scaler, references, autoencoder, shuffled: shuffledClassifier(values, rows, columns, options.rounds, random) };
}

export async function armScores(arms: NoveltyArms, values: Float32Array, neighbours: number): Promise<ArmScores> {
  const columns = arms.scaler.mean.length;
  const scaled = scaleRows(arms.scaler, values);
  return {
    neighbour: neighbourDistances(arms.references, scaled, columns, neighbours),
    autoencoder: await reconstructionErrors(arms.autoencoder, scaled),
    shuffled: logOdds(treeProbabilities(arms.shuffled, values, values.length / columns), 2, 0),
  };
}

/** Shares of cells exchanged, one copy of the rows each: rows of which more was exchanged are told apart too easily to say anything. */
const EXCHANGED = [0.25, 0.25] as const;

function shuffledClassifier(values: Float32Array, rows: number, columns: number, rounds: number, random: Random): TreeEnsemble {
  const every = rows * (1 + EXCHANGED.length);
  const all = new Float32Array(every * columns);
  all.set(values);
  let at = values.length;
  for (const share of EXCHANGED) {
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < columns; c++) {
        const from = random() < share ? Math.floor(random() * rows) : row;
        all[at++] = values[from * columns + c] as number;
      }
    }
  }
  const labels = Int32Array.from({ length: every }, (_, row) => (row < rows ? 0 : 1));
  return boostTrees({ rows: every, columns, values: all, labels, classes: ['as seen', 'shuffled'] }, { rounds, bins: 63 }).ensemble;
}

/** ln((1 - p) / p) of the class `benign`, kept within +-35. */
export function logOdds(probabilities: Float64Array, classes: number, benign: number): Float64Array {
  return Float64Array.from({ length: probabilities.length / classes }, (_, row) => {
    let others = 0;
    for (let k = 0; k < classes; k++) if (k !== benign) others += probabilities[row * classes + k] as number;
    const own = probabilities[row * classes + benign] as number;
    return Math.max(-35, Math.min(35, Math.log(Math.max(others, 1e-300) / Math.max(own, 1e-300))));
  });
}
