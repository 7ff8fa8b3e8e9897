import { binaryCounts, clopperPearsonInterval } from '../ml/index.ts';

/** A share with its count and 95 % Clopper-Pearson interval. */
export interface Rate {
  readonly count: number;
  readonly of: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function rateOf(count: number, of: number): Rate {
  const { low, high } = clopperPearsonInterval(count, of);
  return { count, of, value: of === 0 ? 0 : count / of, low, high };
}

export interface Confusion {
  readonly true_positives: number;
  readonly false_positives: number;
  readonly true_negatives: number;
  readonly false_negatives: number;
}

export function confusionOf(flagged: Uint8Array, abnormal: Uint8Array): Confusion {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = binaryCounts(abnormal, flagged);
  return {
    true_positives: truePositives,
    false_positives: falsePositives,
    true_negatives: trueNegatives,
    false_negatives: falseNegatives,
  };
}

export interface ClassificationMetrics {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly macro_f1: number;
  readonly false_positive_rate: number;
}

/** `normalWeight`: rows of the population that one normal row stands for, where the normal ones are a sample of it. */
export function metricsOf(confusion: Confusion, normalWeight = 1): ClassificationMetrics {
  const tp = confusion.true_positives;
  const fn = confusion.false_negatives;
  const fp = confusion.false_positives * normalWeight;
  const tn = confusion.true_negatives * normalWeight;
  const f1 = share(2 * tp, 2 * tp + fp + fn);
  return {
    accuracy: share(tp + tn, tp + tn + fp + fn),
    precision: share(tp, tp + fp),
    recall: share(tp, tp + fn),
    f1,
    macro_f1: (f1 + share(2 * tn, 2 * tn + fp + fn)) / 2,
    false_positive_rate: share(fp, fp + tn),
  };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
