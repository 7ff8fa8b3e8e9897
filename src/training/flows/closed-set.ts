import type { FlowEncoding } from '../../features/index.ts';
import { boostTrees, fitScaler, logisticProbabilities, scaleRows, trainLogistic, treeProbabilities } from '../../ml/index.ts';
import { type ClassReport, classReport, mergedReport } from './class-report.ts';
import type { Cleaned } from './clean.ts';
import { type EncodingOptions, encodeValues, fitEncoding } from './encode.ts';
import type { FlowTable } from './flow-table.ts';
import { type Division, divideRows, type SplitBy } from './split.ts';

export interface ClosedSetOptions extends EncodingOptions {
  readonly split: SplitBy;
  readonly rounds?: number;
  readonly bins?: number;
  readonly merge?: Readonly<Record<string, string>>;
}

export interface ClosedSet {
  readonly split: string;
  readonly train: number;
  readonly test: number;
  readonly features: number;
  readonly trees: ClassReport;
  readonly merged?: ClassReport;
  readonly baselines: Readonly<Record<string, ClassReport>>;
  /** Share of all gains by feature, largest first. */
  readonly importance: readonly (readonly [string, number])[];
  readonly dropped: Readonly<Record<string, string>>;
}

export interface Labelled {
  readonly values: Float32Array;
  readonly actual: Int32Array;
}

/** Trains on one part of the rows and reports on the other, beside the majority class, always-benign and logistic regression. */
export async function closedSet(table: FlowTable, cleaned: Cleaned, options: ClosedSetOptions): Promise<ClosedSet> {
  const { division, encoding, classes, train, test, code } = labelledParts(table, cleaned, options);
  const { rounds = 100, bins = 255 } = options;
  const columns = encoding.features.length;
  const learnt = { rows: train.actual.length, columns, values: train.values, labels: train.actual, classes };
  const { ensemble } = boostTrees(learnt, { rounds, bins });
  const probability = treeProbabilities(ensemble, test.values, test.actual.length);
  const benign = code.get(cleaned.benign) ?? 0;
  const total = ensemble.importance.reduce((sum, gain) => sum + gain, 0) || 1;
  return {
    split: division.how,
    train: train.actual.length,
    test: test.actual.length,
    features: columns,
    trees: classReport(probability, test.actual, classes, benign),
    ...(options.merge === undefined ? {} : { merged: mergedReport(probability, test.actual, classes, benign, options.merge) }),
    baselines: await baselines(train, test, classes, benign, columns),
    importance: Array.from(
      ensemble.importance,
      (gain, i) => [(encoding.features[i] as FlowEncoding['features'][number]).name, gain / total] as const,
    )
      .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
      .slice(0, 15),
    dropped: encoding.dropped,
  };
}

/** Both parts of a division, encoded by what the training part shows. */
export function labelledParts(table: FlowTable, cleaned: Cleaned, options: EncodingOptions & { readonly split: SplitBy }) {
  const divided = divideRows(table, cleaned.labels, options.split);
  const keep = new Set(cleaned.rows);
  const division: Division = {
    ...divided,
    train: divided.train.filter((row) => keep.has(row)),
    test: divided.test.filter((row) => keep.has(row)),
  };
  const encoding = fitEncoding(table, division.train, options);
  const classes = [...new Set(cleaned.labels)].sort();
  const code = new Map(classes.map((name, k) => [name, k]));
  const labelled = (rows: Int32Array): Labelled => ({
    values: encodeValues(table, encoding, rows),
    actual: rows.map((row) => code.get(cleaned.labels[row] as string) as number),
  });
  const train = labelled(division.train);
  const test = labelled(division.test);
  return { division, encoding, classes, code, train, test };
}

/** What any classifier must beat. */
export async function baselines(
  train: Labelled,
  test: Labelled,
  classes: readonly string[],
  benign: number,
  columns: number,
): Promise<Record<string, ClassReport>> {
  const K = classes.length;
  const counts = new Float64Array(K);
  for (const k of train.actual) counts[k] = (counts[k] as number) + 1;
  const majority = counts.indexOf(Math.max(...counts));
  const always = (k: number) => {
    const probability = new Float64Array(test.actual.length * K);
    for (let row = 0; row < test.actual.length; row++) probability[row * K + k] = 1;
    return classReport(probability, test.actual, classes, benign);
  };
  const scaler = fitScaler(train.values, train.actual.length, columns);
  const model = await trainLogistic(scaleRows(scaler, train.values), columns, train.actual, K, { epochs: 15, seed: 1 });
  const logistic = await logisticProbabilities(model, scaleRows(scaler, test.values), K);
  return {
    'majority class': always(majority),
    'always benign': always(benign),
    'logistic regression': classReport(logistic, test.actual, classes, benign),
  };
}
