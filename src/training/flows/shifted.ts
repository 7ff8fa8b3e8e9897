import { calibrate, scoreAtRate } from '../../alerts/index.ts';
import { seededRandom, shuffle } from '../../core/index.ts';
import { aggregated, surprise } from '../../detectors/flow-novelty/aggregate.ts';
import { ARM_NAMES, type ArmScores, armScores, fitNoveltyArms, logOdds, NOVELTY_DEFAULTS } from '../../detectors/flow-novelty/arms.ts';
import { boostTrees, treeProbabilities } from '../../ml/index.ts';
import { type Rate, rateOf } from '../confusion.ts';
import type { Cleaned } from './clean.ts';
import { baselines, type Labelled } from './closed-set.ts';
import { encodeValues, fitEncoding } from './encode.ts';
import type { FlowTable } from './flow-table.ts';

export interface Decision {
  readonly accuracy: Rate;
  readonly recall: Rate;
  readonly false_positive_rate: Rate;
  /** Recall among attack types that training does not have. */
  readonly unseen_recall: Rate;
}

export interface Shifted {
  readonly train: number;
  readonly test: number;
  readonly unseen_types: readonly string[];
  readonly promised: number;
  readonly methods: Readonly<Record<string, Decision>>;
}

const FOLDS = 3;

/** Attack against benign where test rows come from elsewhere: thresholds are the promised rate of the training data's benign rows, out of fold. */
export async function shiftedDetection(
  train: { readonly table: FlowTable; readonly cleaned: Cleaned },
  test: { readonly table: FlowTable; readonly cleaned: Cleaned },
  promised = 0.01,
  seed = 1,
): Promise<Shifted> {
  const random = seededRandom(seed);
  const { benign, labels } = train.cleaned;
  const rows = shuffle(Array.from(train.cleaned.rows), random);
  const normal = rows.filter((row) => labels[row] === benign);
  const attacks = rows.filter((row) => labels[row] !== benign);
  const encoding = fitEncoding(train.table, train.cleaned.rows);
  const columns = encoding.features.length;
  const values = (of: readonly number[]) => encodeValues(train.table, encoding, of);
  const tested = encodeValues(test.table, encoding, test.cleaned.rows);
  const folds = Array.from({ length: FOLDS }, (_, fold) => normal.filter((_, i) => i % FOLDS === fold));
  const others = (fold: number) => normal.filter((_, i) => i % FOLDS !== fold);
  const classify = (own: readonly number[], of: Float32Array) => {
    const known = [...own, ...attacks];
    const classes = ['benign', 'attack'];
    const code = Int32Array.from({ length: known.length }, (_, i) => (i < own.length ? 0 : 1));
    const { ensemble } = boostTrees({ rows: known.length, columns, values: values(known), labels: code, classes });
    return logOdds(treeProbabilities(ensemble, of, of.length / columns), 2, 0);
  };
  const arms = async (own: readonly number[], of: Float32Array): Promise<ArmScores> =>
    armScores(await fitNoveltyArms(values(own), columns, NOVELTY_DEFAULTS, random), of, NOVELTY_DEFAULTS.neighbours);
  const before: { classifier: Float64Array; arms: ArmScores }[] = [];
  for (const [fold, of] of folds.entries()) {
    before.push({ classifier: classify(others(fold), values(of)), arms: await arms(others(fold), values(of)) });
  }
  const classifier = classify(normal, tested);
  const after = await arms(normal, tested);
  const joined = (parts: readonly Float64Array[]) => Float64Array.from(parts.flatMap((part) => Array.from(part)));
  const calibration = joined(before.map((one) => one.classifier));
  const armCalibration = ARM_NAMES.map((arm) => joined(before.map((one) => one.arms[arm])));
  const pair = (from: Float64Array, to: Float64Array) => [surprise(from, from), surprise(from, to)] as const;
  const z = pair(calibration, classifier);
  const armZ = ARM_NAMES.map((arm, i) => pair(armCalibration[i] as Float64Array, after[arm]));
  const novelty = [0, 1].map((side) =>
    aggregated(
      undefined,
      armZ.map((both) => both[side] as Float64Array),
    ),
  ) as [Float64Array, Float64Array];
  const A = [0, 1].map((side) =>
    aggregated(
      z[side],
      armZ.map((both) => both[side] as Float64Array),
    ),
  ) as [Float64Array, Float64Array];

  const known = new Set(labels);
  const truth = Array.from(test.cleaned.rows, (row) => test.cleaned.labels[row] as string);
  const decide = (flagged: (i: number) => boolean): Decision => {
    const count = (of: (i: number) => boolean, hit: (i: number) => boolean) => {
      const members = truth.flatMap((_, i) => (of(i) ? [i] : []));
      return rateOf(members.filter(hit).length, members.length);
    };
    const attack = (i: number) => truth[i] !== benign;
    return {
      accuracy: count(
        () => true,
        (i) => flagged(i) === attack(i),
      ),
      recall: count(attack, flagged),
      false_positive_rate: count((i) => !attack(i), flagged),
      unseen_recall: count((i) => !known.has(truth[i] as string), flagged),
    };
  };
  const over = ([normalScores, scores]: readonly [Float64Array, Float64Array]) => {
    const threshold = scoreAtRate(calibrate(normalScores), promised).score;
    return decide((i) => (scores[i] as number) > threshold);
  };
  const binary = (table: FlowTable, cleaned: Cleaned): Labelled => ({
    values: encodeValues(table, encoding, cleaned.rows),
    actual: cleaned.rows.map((row) => (cleaned.labels[row] === benign ? 0 : 1)),
  });
  const simple = await baselines(binary(train.table, train.cleaned), binary(test.table, test.cleaned), ['benign', 'attack'], 0, columns);
  const logistic = simple['logistic regression']?.confusion.counts ?? [];
  const [[quiet = 0, raised = 0] = [], [missed = 0, found = 0] = []] = logistic;
  return {
    train: rows.length,
    test: truth.length,
    unseen_types: [...new Set(truth)].filter((label) => !known.has(label)).sort(),
    promised,
    methods: {
      'always benign': decide(() => false),
      'logistic regression at .5': {
        accuracy: rateOf(quiet + found, truth.length),
        recall: rateOf(found, missed + found),
        false_positive_rate: rateOf(raised, quiet + raised),
        unseen_recall: rateOf(0, 0),
      },
      'boosted trees at .5': decide((i) => (classifier[i] as number) > 0),
      'boosted trees at the promised rate': over([calibration, classifier]),
      'novelty at the promised rate': over(novelty),
      'A at the promised rate': over(A),
    },
  };
}
