import { CalibrationHistory, calibrate, scoreAtRate, WINDOW_HISTORY } from '../../alerts/index.ts';
import { type Random, seededRandom, shuffle } from '../../core/index.ts';
import { drawnRows, type PairWindow, pairWindows, strongestStatistic } from '../../detectors/flow-novelty/aggregate.ts';
import { foldFit, foldsByGroup } from '../../detectors/flow-novelty/cross-fit.ts';
import { type Rate, rateOf } from '../confusion.ts';
import type { Cleaned } from './clean.ts';
import { encodeValues, fitEncoding } from './encode.ts';
import type { FlowTable } from './flow-table.ts';
import { havePorts, noveltyScorer, noveltyValues } from './novelty-fit.ts';
import { classifierScorer, judgesOf } from './score-a.ts';

const RATES = [0.001, 0.005, 0.01, 0.05] as const;
const SPLITS = 3;
const MOST_ATTACKS = 10_000;
const WINDOW_MICROS = 1800e6;
const BOOSTING = { rounds: 80, bins: 63 };

/** What the alarm of windows raises among benign ones it has not learnt from. */
export interface Promised {
  readonly how: string;
  /** Windows learnt from; of several fits the fewest. */
  readonly learnt: number;
  readonly rates: readonly { readonly promised: number; readonly observed: Rate }[];
}

interface Data {
  readonly table: FlowTable;
  readonly cleaned: Cleaned;
}

/** Benign flows with addresses and times: windows held back at random, then those of later days, with and without a calibration that goes on. */
export async function promisedInTime({ table, cleaned }: Data, seed = 1): Promise<Promised[]> {
  const random = seededRandom(seed);
  const { benign, attacks } = parted({ table, cleaned }, random);
  const ordered = benign.sort((a, b) => (table.time[a] as number) - (table.time[b] as number) || a - b);
  const windows = pairWindows(ordered, table.source, table.destination, table.time, WINDOW_MICROS);
  const order = shuffle(
    windows.map((_, i) => i),
    random,
  );
  const raised = RATES.map(() => 0);
  let learnt = windows.length;
  for (let split = 0; split < SPLITS; split++) {
    const held = new Set(order.filter((_, i) => i % SPLITS === split));
    const before = windows.filter((_, i) => !held.has(i));
    const scores = await statistics(
      table,
      before,
      windows.filter((_, i) => held.has(i)),
      attacks,
      random,
    );
    learnt = Math.min(learnt, before.length);
    for (const [i, rate] of RATES.entries()) raised[i] = (raised[i] as number) + over(scores, rate);
  }
  const half = windows.length >> 1;
  const later = await statistics(table, windows.slice(0, half), windows.slice(half), attacks, random);
  const of = (count: (rate: number) => number) =>
    RATES.map((promised) => ({ promised, observed: rateOf(count(promised), windows.length - half) }));
  return [
    {
      how: 'a third of the windows held back at random, each third in turn',
      learnt,
      rates: RATES.map((promised, i) => ({ promised, observed: rateOf(raised[i] as number, windows.length) })),
    },
    {
      how: 'the earlier half learnt, the later half judged by a calibration that goes on',
      learnt: half,
      rates: of((rate) => rolling(later, rate)),
    },
    { how: 'the same with the calibration of the earlier half alone', learnt: half, rates: of((rate) => over(later, rate)) },
  ];
}

/** Benign rows of data without addresses in groups of `sizes`, drawn at random: half of the groups is learnt, half judged. */
export async function promisedOfGroups({ table, cleaned }: Data, sizes: readonly number[], seed = 1): Promise<Promised> {
  const random = seededRandom(seed);
  const { benign, attacks } = parted({ table, cleaned }, random);
  const groups: PairWindow[] = [];
  for (let from = 0; from < benign.length; ) {
    const size = sizes[Math.floor(random() * sizes.length)] as number;
    groups.push({ key: String(groups.length), rows: benign.slice(from, from + size) });
    from += size;
  }
  const half = groups.length >> 1;
  const scores = await statistics(table, groups.slice(0, half), groups.slice(half), attacks, random);
  return {
    how: 'rows in groups of the same sizes at random, half of them held back',
    learnt: half,
    rates: RATES.map((promised) => ({ promised, observed: rateOf(over(scores, promised), groups.length - half) })),
  };
}

/** Sizes of the windows that benign flows of a table make. */
export function windowSizes({ table, cleaned }: Data): number[] {
  const benign = Array.from(cleaned.rows).filter((row) => cleaned.labels[row] === cleaned.benign);
  return pairWindows(benign, table.source, table.destination, table.time, WINDOW_MICROS).map(({ rows }) => rows.length);
}

function parted({ cleaned: { rows, labels, benign } }: Data, random: Random): { benign: number[]; attacks: number[] } {
  const drawn = shuffle(Array.from(rows), random);
  return {
    benign: drawn.filter((row) => labels[row] === benign),
    attacks: drawn.filter((row) => labels[row] !== benign).slice(0, MOST_ATTACKS),
  };
}

interface Statistics {
  /** Of windows learnt from, each by fits without it. */
  readonly before: Float64Array;
  readonly later: Float64Array;
}

async function statistics(
  table: FlowTable,
  learnt: readonly PairWindow[],
  judged: readonly PairWindow[],
  attacks: readonly number[],
  random: Random,
): Promise<Statistics> {
  const rowsOf = (windows: readonly PairWindow[]) => windows.flatMap((window) => drawnRows(window));
  const [known, others] = [rowsOf(learnt), rowsOf(judged)];
  const encoding = fitEncoding(table, [...known, ...attacks]);
  const columns = encoding.features.length;
  const values = (rows: readonly number[]) => encodeValues(table, encoding, rows);
  const benign = { values: values(known), columns };
  const foldOf = foldsByGroup(learnt.map((window) => drawnRows(window).length));
  const ported = havePorts(table, known);
  const width = columns + (ported ? 1 : 0);
  const noveltyRows = (rows: readonly number[]) => noveltyValues(table, encoding, rows, ported);
  const novelty = await foldFit({ values: noveltyRows(known), columns: width }, noveltyScorer(width, ported, random), foldOf);
  const classifier = await foldFit(benign, classifierScorer(columns, values(attacks), BOOSTING), foldOf);
  const normal = { arms: novelty.unseen, classifier: classifier.unseen[0] as Float64Array };
  const [odds] = await classifier.score(values(others));
  const own = { arms: await novelty.score(noveltyRows(others)), classifier: odds as Float64Array };
  const strongest = (windows: readonly PairWindow[], rows: readonly number[], judges: readonly Float64Array[]) => {
    const position = new Map(rows.map((row, i) => [row, i]));
    return Float64Array.from(windows, (window) => strongestStatistic(window, judges, (row) => position.get(row) as number));
  };
  return { before: strongest(learnt, known, judgesOf(normal, normal)), later: strongest(judged, others, judgesOf(normal, own)) };
}

function over({ before, later }: Statistics, rate: number): number {
  const threshold = scoreAtRate(calibrate(before), rate).score;
  return later.filter((score) => score > threshold).length;
}

/** As `vedette analyze` judges windows one after the other. */
function rolling({ before, later }: Statistics, rate: number): number {
  const history = CalibrationHistory.fromScores(before, WINDOW_HISTORY);
  let raised = 0;
  for (const [i, score] of later.entries()) {
    const flagged = history.pValue(score).pValue <= rate;
    if (flagged) raised++;
    history.add(score, rate, flagged ? String(i) : undefined);
  }
  return raised;
}
