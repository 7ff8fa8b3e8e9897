import { averagePrecision, rocAuc } from '../../ml/index.ts';
import { type Rate, rateOf } from '../confusion.ts';
import type { ClassReport } from './class-report.ts';
import type { Prediction } from './predictions.ts';

/** As `evaluate -o json` prints it. Plain JSON; attack against benign where a figure is of two classes. */
export interface FlowEvaluation {
  readonly metrics: {
    readonly accuracy: number;
    readonly precision: number;
    readonly recall: number;
    readonly f1: number;
    /** Absent for detectors that name no classes, like what follows. */
    readonly macro_f1?: number;
    readonly calibration_error?: number;
    readonly roc_auc?: number;
    readonly pr_auc?: number;
    readonly false_positive_rate: number;
    readonly promised_rate: number;
    readonly observed_rate: number;
    readonly observed_low: number;
    readonly observed_high: number;
    /** Share of the attacks that the alarm at the promised rate finds. */
    readonly alarm_recall: number;
    readonly rows: number;
  };
  readonly per_class: Readonly<Record<string, unknown>>;
  readonly confusion?: ClassReport['confusion'];
  /** Figures of the level above the classes. */
  readonly families?: { readonly accuracy: number; readonly macro_f1: number; readonly per_class: ClassReport['per_class'] };
  readonly baselines: Readonly<Record<string, { readonly accuracy: number; readonly f1: number }>>;
}

export interface EvaluatedFlows {
  readonly predictions: readonly Prediction[];
  readonly benign: string;
  readonly promise: number;
  readonly report?: ClassReport;
  readonly families?: ClassReport;
}

/** Of the flows that have a label. */
export function evaluateFlows({ predictions: all, benign, promise, report, families }: EvaluatedFlows): FlowEvaluation {
  const predictions = all.filter(({ actual }) => actual !== undefined);
  const attack = Uint8Array.from(predictions, ({ actual }) => (actual === benign ? 0 : 1));
  const flagged = Uint8Array.from(predictions, ({ anomalous }) => (anomalous ? 1 : 0));
  const score = Float64Array.from(predictions, (one) => one.score);
  const count = (of: 0 | 1) => attack.reduce((sum, one) => sum + (one === of ? 1 : 0), 0);
  const raised = (of: 0 | 1) => attack.reduce((sum, one, row) => sum + (one === of && flagged[row] === 1 ? 1 : 0), 0);
  const [quiet, attacks] = [count(0), count(1)];
  const observed = rateOf(raised(0), quiet);
  const recall = rateOf(raised(1), attacks);
  const both = quiet > 0 && attacks > 0;
  const named = report && {
    accuracy: report.accuracy.value,
    precision: report.attack.precision,
    recall: report.attack.recall,
    f1: report.attack.f1,
    macro_f1: report.macro_f1,
    calibration_error: report.calibration_error,
    false_positive_rate: report.attack.false_positive_rate.value,
  };
  const precision = recall.count / Math.max(1, recall.count + observed.count);
  const alarmed = {
    accuracy: (recall.count + quiet - observed.count) / Math.max(1, predictions.length),
    precision,
    recall: recall.value,
    f1: (2 * recall.count) / Math.max(1, recall.count + observed.count + attacks),
    false_positive_rate: observed.value,
  };
  return {
    metrics: {
      ...(named ?? alarmed),
      ...(both && { roc_auc: rocAuc(attack, score), pr_auc: averagePrecision(attack, score) }),
      promised_rate: promise,
      observed_rate: observed.value,
      observed_low: observed.low,
      observed_high: observed.high,
      alarm_recall: recall.value,
      rows: predictions.length,
    },
    per_class: report?.per_class ?? recalls(predictions, benign),
    ...(report && { confusion: report.confusion }),
    ...(families && { families: { accuracy: families.accuracy.value, macro_f1: families.macro_f1, per_class: families.per_class } }),
    baselines: trivial(predictions, benign),
  };
}

function recalls(predictions: readonly Prediction[], benign: string): Record<string, Rate> {
  const tally = new Map<string, { found: number; of: number }>();
  for (const { actual = '', anomalous } of predictions) {
    if (actual === benign) continue;
    const entry = tally.get(actual) ?? { found: 0, of: 0 };
    entry.of++;
    if (anomalous) entry.found++;
    tally.set(actual, entry);
  }
  return Object.fromEntries([...tally].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, { found, of }]) => [label, rateOf(found, of)]));
}

/** What needs no model: one class for everything. */
function trivial(predictions: readonly Prediction[], benign: string): FlowEvaluation['baselines'] {
  const counts = new Map<string, number>();
  for (const { actual = '' } of predictions) counts.set(actual, (counts.get(actual) ?? 0) + 1);
  const rows = Math.max(1, predictions.length);
  const attacks = predictions.length - (counts.get(benign) ?? 0);
  const everything = { accuracy: attacks / rows, f1: (2 * attacks) / Math.max(1, attacks + predictions.length) };
  const [largest = benign] = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))[0] ?? [];
  return {
    'always benign': { accuracy: (counts.get(benign) ?? 0) / rows, f1: 0 },
    'largest class': { accuracy: (counts.get(largest) ?? 0) / rows, f1: largest === benign ? 0 : everything.f1 },
    'everything an attack': everything,
  };
}
