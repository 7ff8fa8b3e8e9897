import { classScores, confusionMatrix, expectedCalibrationError, macroF1, matrixAccuracy } from '../../ml/index.ts';
import { type Rate, rateOf } from '../confusion.ts';

/** Figures of a classification; rates are shares of 1. */
export interface ClassReport {
  readonly rows: number;
  readonly accuracy: Rate;
  readonly macro_f1: number;
  /** Any attack against benign. */
  readonly attack: { readonly precision: number; readonly recall: number; readonly f1: number; readonly false_positive_rate: Rate };
  /** Expected calibration error of the predicted class's probability, 15 bins. */
  readonly calibration_error: number;
  readonly per_class: Readonly<Record<string, { precision: number; recall: number; f1: number; rows: number }>>;
  readonly confusion: { readonly classes: readonly string[]; readonly counts: readonly (readonly number[])[] };
}

/** The most probable class per row; the first of equals. */
export function predictedClasses(probabilities: Float64Array, classes: number): Int32Array {
  return Int32Array.from({ length: probabilities.length / classes }, (_, row) => {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((probabilities[row * classes + k] as number) > (probabilities[row * classes + best] as number)) best = k;
    }
    return best;
  });
}

/** `actual`: class numbers; `benign`: that of harmless rows. */
export function classReport(probabilities: Float64Array, actual: Int32Array, classes: readonly string[], benign: number): ClassReport {
  const K = classes.length;
  const predicted = predictedClasses(probabilities, K);
  const matrix = confusionMatrix(actual, predicted, K);
  const correct = predicted.map((one, row) => (one === actual[row] ? 1 : 0));
  const confidence = Float64Array.from(predicted, (one, row) => Math.min(1, probabilities[row * K + one] as number));
  let found = 0;
  let missed = 0;
  let raised = 0;
  let quiet = 0;
  for (const [row, truth] of actual.entries()) {
    const alarm = predicted[row] !== benign;
    if (truth === benign) alarm ? raised++ : quiet++;
    else alarm ? found++ : missed++;
  }
  const scores = classScores(matrix, K);
  const zero = (value: number) => (Number.isNaN(value) ? 0 : value);
  return {
    rows: actual.length,
    accuracy: rateOf(Math.round(matrixAccuracy(matrix, K) * actual.length), actual.length),
    macro_f1: macroF1(matrix, K),
    attack: {
      precision: zero(found / (found + raised)),
      recall: zero(found / (found + missed)),
      f1: zero((2 * found) / (2 * found + raised + missed)),
      false_positive_rate: rateOf(raised, raised + quiet),
    },
    calibration_error: expectedCalibrationError(confidence, correct),
    per_class: Object.fromEntries(
      classes.map((name, k) => {
        const { precision, recall, f1, support } = scores[k] as (typeof scores)[number];
        return [name, { precision: zero(precision), recall: zero(recall), f1: zero(f1), rows: support }];
      }),
    ),
    confusion: { classes, counts: classes.map((_, k) => Array.from(matrix.subarray(k * K, (k + 1) * K))) },
  };
}

/** The same figures with some classes taken for one: `Slowloris` and `Slowhttptest` as `slow DoS`. */
export function mergedReport(
  probabilities: Float64Array,
  actual: Int32Array,
  classes: readonly string[],
  benign: number,
  merge: Readonly<Record<string, string>>,
): ClassReport {
  const names = [...new Set(classes.map((name) => merge[name] ?? name))];
  const to = classes.map((name) => names.indexOf(merge[name] ?? name));
  const rows = actual.length;
  const summed = new Float64Array(rows * names.length);
  for (let i = 0; i < probabilities.length; i++) {
    const at = Math.floor(i / classes.length) * names.length + (to[i % classes.length] as number);
    summed[at] = (summed[at] as number) + (probabilities[i] as number);
  }
  return classReport(
    summed,
    actual.map((k) => to[k] as number),
    names,
    to[benign] as number,
  );
}
