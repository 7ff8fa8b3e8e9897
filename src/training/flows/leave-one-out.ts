import { calibrate, scoreAtRate } from '../../alerts/index.ts';
import { seededRandom, shuffle } from '../../core/index.ts';
import { familyOf as hierarchy } from '../../detectors/flow-classifier/families.ts';
import { type PairWindow, pairWindows, windowStatistic } from '../../detectors/flow-novelty/aggregate.ts';
import { ARM_NAMES } from '../../detectors/flow-novelty/arms.ts';
import { foldFit, foldsByGroup } from '../../detectors/flow-novelty/cross-fit.ts';
import { type Rate, rateOf } from '../confusion.ts';
import type { Cleaned } from './clean.ts';
import { encodeValues, fitEncoding } from './encode.ts';
import type { FlowTable } from './flow-table.ts';
import { FORESTS, forestScores } from './forest-scores.ts';
import { havePorts, noveltyScorer, noveltyValues } from './novelty-fit.ts';
import { type Both, bothOf, classifierScorer, scoreA, strongest, surprises } from './score-a.ts';

export const RATES = [0.001, 0.01] as const;

/** What a method finds of a family it never saw, and what it raises among held-back benign units. */
export interface Found {
  readonly promised: number;
  readonly recall: Rate;
  readonly observed: Rate;
  /** The benign units resolve the rate. */
  readonly resolved: boolean;
}

export interface FamilyResult {
  readonly family: string;
  readonly flows: number;
  readonly windows: number;
  /**
   * `flow classifier`, `flow novelty`, `flow A`, `flow alarm` (the largest of these three), the same of windows where flows have
   * addresses and times, and each novelty detector alone (`DETECTORS_ALONE`); every promised rate of each.
   */
  readonly methods: Readonly<Record<string, readonly Found[]>>;
}

export interface LeaveOneOutOptions {
  /** What is left out together; the hierarchy's families unless told otherwise. */
  readonly familyOf?: (label: string) => string;
  readonly windowMicros?: number;
  readonly mostPerClass?: number;
  readonly rounds?: number;
  readonly seed?: number;
  readonly log?: (line: string) => void;
}

export interface LeaveOneOut {
  readonly families: readonly FamilyResult[];
  /** Mean over families of each method's recall, by promised rate. */
  readonly mean: Readonly<Record<string, readonly { readonly promised: number; readonly recall: number; readonly observed: number }[]>>;
  readonly benign: { readonly train: number; readonly test: number; readonly train_windows: number; readonly test_windows: number };
}

const HELD_SHARE = 0.3;
const ARM_DETECTORS = { neighbour: 'nearest-neighbour', autoencoder: 'autoencoder', shuffled: 'exchanged cells' } as const;
/** Flow by flow, each without the others. */
export const DETECTORS_ALONE: readonly string[] = [...Object.values(ARM_DETECTORS), ...FORESTS];

/**
 * Trains without each family in turn. Benign windows (flows without addresses or times): 70 % train and calibrate out of fold, 30 % are held back
 * to observe the false-alarm rate; thresholds come from the former alone. No address, port or role feature is used.
 */
export async function leaveOneOut(table: FlowTable, cleaned: Cleaned, options: LeaveOneOutOptions = {}): Promise<LeaveOneOut> {
  const { windowMicros = 1800e6, mostPerClass = 1500, rounds = 80, seed = 1, log = () => {} } = options;
  const random = seededRandom(seed);
  const { labels, benign } = cleaned;
  const familyOf = (row: number) => (options.familyOf ?? hierarchy)(labels[row] as string);
  const usual = Array.from(cleaned.rows).filter((row) => labels[row] === benign);
  const windowed = cleaned.rows.every((row) => table.source[row] !== '' && !Number.isNaN(table.time[row]));
  const windows = (rows: readonly number[]): PairWindow[] =>
    windowed ? pairWindows(rows, table.source, table.destination, table.time, windowMicros) : [];
  // whole windows are held back: what is left of one would make the rest of it look ordinary
  const units = shuffle(windowed ? windows(usual) : usual.map((row): PairWindow => ({ key: '', rows: [row] })), random);
  const cut = Math.round(units.length * (1 - HELD_SHARE));
  const [trainUnits, heldUnits] = [units.slice(0, cut), units.slice(cut)];
  const [train, held] = [trainUnits, heldUnits].map((list) => list.flatMap(({ rows }) => rows)) as [number[], number[]];
  const foldOf = foldsByGroup(trainUnits.map(({ rows }) => rows.length));
  const attacks = sampled(
    Array.from(cleaned.rows).filter((row) => labels[row] !== benign),
    labels,
    mostPerClass,
    random,
  );
  const encoding = fitEncoding(table, [...train, ...attacks]);
  const columns = encoding.features.length;
  const values = (rows: readonly number[]) => encodeValues(table, encoding, rows);
  const scored = [...held, ...attacks];
  const benignRows = { values: values(train), columns };
  const others = values(scored);
  const ported = havePorts(table, train);
  const noveltyRows = (rows: readonly number[]) => noveltyValues(table, encoding, rows, ported);
  const novelty = await foldFit(
    { values: noveltyRows(train), columns: columns + (ported ? 1 : 0) },
    noveltyScorer(columns + (ported ? 1 : 0), ported, random),
    foldOf,
  );
  const arms = (await bothOf(novelty, noveltyRows(scored))).map(surprises);
  const alone = new Map<string, Both>([
    ...ARM_NAMES.map((arm, i) => [ARM_DETECTORS[arm], arms[i] as Both] as const),
    ...(await forestScores(benignRows, others, seed, foldOf)),
  ]);
  log(`novelty detectors fitted on ${train.length} benign flows`);

  const [trainWindows, heldWindows] = windowed ? [trainUnits, heldUnits] : [[], []];
  const position = new Map([...train, ...scored].map((row, i) => [row, i]));

  const results: FamilyResult[] = [];
  const names = [...new Set(attacks.map(familyOf))].sort();
  for (const family of names) {
    const known = values(attacks.filter((row) => familyOf(row) !== family));
    // of a single family nothing is left that a classifier could know
    const [classifier] =
      known.length === 0
        ? []
        : await bothOf(await foldFit(benignRows, classifierScorer(columns, known, { rounds, bins: 63 }), foldOf), others);
    const zClassifier = classifier && surprises(classifier);
    const A = scoreA(zClassifier, arms);
    const novelty = scoreA(undefined, arms);
    const [zA, zNovelty] = [surprises(A), surprises(novelty)];
    const judges = [zA, zNovelty, ...(zClassifier === undefined ? [] : [zClassifier])];
    const own = scored.flatMap((row, i) => (i >= held.length && familyOf(row) === family ? [i] : []));
    const ownWindows = windows(own.map((i) => scored[i] as number));
    const heldRows = held.map((_, i) => i);
    const at = (both: Both) => (row: number) => {
      const i = position.get(row) as number;
      return (i < train.length ? both.benign[i] : both.others[i - train.length]) as number;
    };
    const flow = (both: Both) => RATES.map((promised) => found(both.benign, pick(both.others, heldRows), pick(both.others, own), promised));
    const window = (...judges: readonly Both[]) => {
      const largest = (one: PairWindow) => Math.max(...judges.map((both) => windowStatistic(one, at(both))));
      const statistic = (list: readonly PairWindow[]) => Float64Array.from(list, largest);
      const [before, quiet, raised] = [statistic(trainWindows), statistic(heldWindows), statistic(ownWindows)];
      return RATES.map((promised) => found(before, quiet, raised, promised));
    };
    results.push({
      family,
      flows: own.length,
      windows: ownWindows.length,
      methods: {
        ...(classifier && { 'flow classifier': flow(classifier) }),
        'flow novelty': flow(novelty),
        'flow A': flow(A),
        'flow alarm': flow(strongest(...judges)),
        ...(windowed && zClassifier && { 'window classifier': window(zClassifier) }),
        ...(windowed && {
          'window novelty': window(zNovelty),
          'window A': window(zA),
          'window alarm': window(...judges),
        }),
        ...Object.fromEntries([...alone].map(([name, both]) => [name, flow(both)])),
      },
    });
    const told = windowed ? 'window alarm' : 'flow A';
    const recalls = results.at(-1)?.methods[told]?.map(({ recall }) => recall.value.toFixed(3));
    log(`without ${family}: ${told} ${recalls?.join(' / ')}`);
  }
  return {
    families: results,
    mean: meanOf(results),
    benign: { train: train.length, test: held.length, train_windows: trainWindows.length, test_windows: heldWindows.length },
  };
}

function found(calibration: Float64Array, quiet: Float64Array, raised: Float64Array, promised: number): Found {
  const threshold = scoreAtRate(calibrate(calibration), promised).score;
  const over = (scores: Float64Array) => rateOf(scores.filter((score) => score > threshold).length, scores.length);
  return { promised, recall: over(raised), observed: over(quiet), resolved: promised * (calibration.length + 1) >= 1 };
}

function sampled(rows: readonly number[], labels: readonly string[], most: number, random: () => number): number[] {
  const seen = new Map<string, number>();
  return shuffle(rows.slice(), random)
    .filter((row) => {
      const label = labels[row] as string;
      const count = (seen.get(label) ?? 0) + 1;
      seen.set(label, count);
      return count <= most;
    })
    .sort((a, b) => a - b);
}

function meanOf(results: readonly FamilyResult[]): LeaveOneOut['mean'] {
  const methods = Object.keys(results[0]?.methods ?? {});
  const mean = (of: (result: FamilyResult) => number) => results.reduce((sum, result) => sum + of(result), 0) / Math.max(1, results.length);
  return Object.fromEntries(
    methods.map((method) => [
      method,
      RATES.map((promised, i) => ({
        promised,
        recall: mean(({ methods: all }) => all[method]?.[i]?.recall.value ?? 0),
        observed: mean(({ methods: all }) => all[method]?.[i]?.observed.value ?? 0),
      })),
    ]),
  );
}

function pick(scores: Float64Array, at: readonly number[]): Float64Array {
  return Float64Array.from(at, (i) => scores[i] as number);
}
