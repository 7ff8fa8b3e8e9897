import { calibrate, scoreAtRate } from '../../alerts/index.ts';
import { seededRandom, shuffle } from '../../core/index.ts';
import { foldFit } from '../../detectors/flow-novelty/cross-fit.ts';
import { type Rate, rateOf } from '../confusion.ts';
import type { Cleaned } from './clean.ts';
import { baselines, type Labelled } from './closed-set.ts';
import { encodeValues, fitEncoding } from './encode.ts';
import type { FlowTable } from './flow-table.ts';
import { noveltyScorer } from './novelty-fit.ts';
import { type Both, bothOf, classifierScorer, scoreA, strongest, surprises } from './score-a.ts';

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
  const benignRows = { values: values(normal), columns };
  const boosting = { rounds: 100, bins: 255 };
  const trees = await foldFit(benignRows, classifierScorer(columns, values(attacks), boosting));
  const [classifier] = (await bothOf(trees, tested)) as [Both];
  const arms = (await bothOf(await foldFit(benignRows, noveltyScorer(columns, false, random)), tested)).map(surprises);
  const known = surprises(classifier);
  const [novelty, A] = [scoreA(undefined, arms), scoreA(known, arms)];

  const learnt = new Set(labels);
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
      unseen_recall: count((i) => !learnt.has(truth[i] as string), flagged),
    };
  };
  const over = (both: Both) => {
    const threshold = scoreAtRate(calibrate(both.benign), promised).score;
    return decide((i) => (both.others[i] as number) > threshold);
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
    unseen_types: [...new Set(truth)].filter((label) => !learnt.has(label)).sort(),
    promised,
    methods: {
      'always benign': decide(() => false),
      'logistic regression at .5': {
        accuracy: rateOf(quiet + found, truth.length),
        recall: rateOf(found, missed + found),
        false_positive_rate: rateOf(raised, quiet + raised),
        unseen_recall: rateOf(0, 0),
      },
      'boosted trees at .5': decide((i) => (classifier.others[i] as number) > 0),
      'boosted trees at the promised rate': over(classifier),
      'novelty at the promised rate': over(novelty),
      'A at the promised rate': over(A),
      'alarm at the promised rate': over(strongest(known, surprises(novelty), surprises(A))),
    },
  };
}
