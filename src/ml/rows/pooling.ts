/** Probabilities of several classifiers as one: softmax of sum over classifiers of weight x ln p, plus a bias per class. */
export interface Pooling {
  /** One per classifier. */
  readonly weights: Float64Array;
  /** One per class. */
  readonly bias: Float64Array;
}

/** Below it a probability counts as this. */
export const LEAST_PROBABILITY = 1e-7;

const ROUNDS = 300;
/** Pull of the weights towards 1 / classifiers and of the biases towards 0, in rows. */
const PRIOR = 5;

/**
 * The pooling of least log loss. `parts`: (rows, classes) each, from models that had not seen the rows; with one part this is
 * scaling by a temperature and a shift of the classes' priors (Guo et al. 2017). Convex, by gradient descent with a line search.
 */
export function fitPooling(parts: readonly Float64Array[], labels: Int32Array, classes: number): Pooling {
  const logs = parts.map(logsOf);
  const start = 1 / Math.max(1, parts.length);
  let weights = new Float64Array(parts.length).fill(start);
  let bias = new Float64Array(classes);
  let here = lossAndGradient(logs, labels, classes, weights, bias, start);
  let step = 1;
  for (let round = 0; round < ROUNDS; round++) {
    const size = here.slope.reduce((sum, one) => sum + one * one, 0);
    if (size < 1e-12) break;
    let moved = false;
    for (let attempt = 0; attempt < 30; attempt++) {
      const nextWeights = weights.map((weight, b) => weight - step * (here.slope[b] as number));
      const nextBias = bias.map((one, k) => one - step * (here.slope[parts.length + k] as number));
      const next = lossAndGradient(logs, labels, classes, nextWeights, nextBias, start);
      if (next.loss <= here.loss - 0.5 * step * size) {
        [weights, bias, here, moved] = [nextWeights, nextBias, next, true];
        step *= 2;
        break;
      }
      step /= 2;
    }
    if (!moved) break;
  }
  return { weights, bias };
}

/** (rows, classes). */
export function pooledProbabilities({ weights, bias }: Pooling, parts: readonly Float64Array[]): Float64Array {
  const classes = bias.length;
  const logs = parts.map(logsOf);
  const out = new Float64Array(parts[0]?.length ?? 0);
  for (let row = 0; row * classes < out.length; row++) softmaxRow(logs, weights, bias, row, out);
  return out;
}

function logsOf(part: Float64Array): Float64Array {
  return part.map((p) => Math.log(Math.max(p, LEAST_PROBABILITY)));
}

function softmaxRow(logs: readonly Float64Array[], weights: Float64Array, bias: Float64Array, row: number, out: Float64Array): void {
  const classes = bias.length;
  let most = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < classes; k++) {
    let z = bias[k] as number;
    for (let b = 0; b < logs.length; b++) z += (weights[b] as number) * ((logs[b] as Float64Array)[row * classes + k] as number);
    out[row * classes + k] = z;
    if (z > most) most = z;
  }
  let total = 0;
  for (let k = 0; k < classes; k++) {
    const e = Math.exp((out[row * classes + k] as number) - most);
    out[row * classes + k] = e;
    total += e;
  }
  for (let k = 0; k < classes; k++) out[row * classes + k] = (out[row * classes + k] as number) / total;
}

/** Mean log loss with its pull, and its slope by weights, then biases. */
function lossAndGradient(
  logs: readonly Float64Array[],
  labels: Int32Array,
  classes: number,
  weights: Float64Array,
  bias: Float64Array,
  centre: number,
): { loss: number; slope: Float64Array } {
  const rows = labels.length;
  const pull = PRIOR / Math.max(1, rows);
  const slope = new Float64Array(weights.length + classes);
  const p = new Float64Array(rows * classes);
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    softmaxRow(logs, weights, bias, row, p);
    const truth = labels[row] as number;
    loss -= Math.log(Math.max(p[row * classes + truth] as number, 1e-300));
    for (let k = 0; k < classes; k++) {
      const gap = ((p[row * classes + k] as number) - (k === truth ? 1 : 0)) / rows;
      slope[weights.length + k] = (slope[weights.length + k] as number) + gap;
      for (let b = 0; b < weights.length; b++)
        slope[b] = (slope[b] as number) + gap * ((logs[b] as Float64Array)[row * classes + k] as number);
    }
  }
  loss /= Math.max(1, rows);
  for (const [b, weight] of weights.entries()) {
    loss += (pull * (weight - centre) ** 2) / 2;
    slope[b] = (slope[b] as number) + pull * (weight - centre);
  }
  for (const [k, one] of bias.entries()) {
    loss += (pull * one ** 2) / 2;
    slope[weights.length + k] = (slope[weights.length + k] as number) + pull * one;
  }
  return { loss, slope };
}
