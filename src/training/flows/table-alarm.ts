import { type Explanation, seededRandom, shuffle, VedetteError } from '../../core/index.ts';
import {
  aggregated,
  drawnRows,
  type PairWindow,
  pairWindows,
  strongestStatistic,
  surprise,
} from '../../detectors/flow-novelty/aggregate.ts';
import { type BenignRows, foldFit, foldsByGroup, meanScores } from '../../detectors/flow-novelty/cross-fit.ts';
import { explainFlow } from '../../detectors/flow-novelty/explain.ts';
import type { FlowEncoding } from '../../features/index.ts';
import type { TreeEnsemble } from '../../ml/index.ts';
import type { Cleaned } from './clean.ts';
import { type EncodingOptions, encodeRows, encodeValues, fitEncoding } from './encode.ts';
import type { FlowTable } from './flow-table.ts';
import { havePorts, type NoveltyFit, noveltyOf, noveltyScorer, noveltyValues, PORT_RARITY, withRarity } from './novelty-fit.ts';
import { attackOdds, classifierScorer, judgesOf } from './score-a.ts';

/** What flows of a table between a source and a destination are judged by: learnt from benign flows and, where there are any, known attacks. */
export interface TableAlarm {
  readonly encoding: FlowEncoding;
  readonly windowMicros: number;
  /** Each lacks a third of the benign flows; they score together. */
  readonly novelty: readonly NoveltyFit[];
  /** Tell benign flows from known attacks, together. */
  readonly trees?: readonly TreeEnsemble[];
  /** Scores of benign flows and windows by fits that had not seen them. */
  readonly calibration: {
    readonly arms: readonly Float64Array[];
    readonly classifier?: Float64Array;
    /** In order of time. */
    readonly windows: Float64Array;
  };
  readonly rows: number;
  readonly from: number;
  readonly to: number;
}

/** Flows of a source and destination in half an hour; without addresses or times, single flows. */
export interface ScoredWindow {
  readonly key: string;
  readonly source: string;
  readonly destination: string;
  readonly start: number;
  readonly end: number;
  /** Rows of the table. */
  readonly rows: readonly number[];
  readonly statistic: number;
  /** The most surprising row of those looked at. */
  readonly strangest: number;
}

const WINDOW_MICROS = 1800e6;
/** Most benign flows, and most known attacks, that are learnt from; whole windows are drawn at random. */
const MOST_ROWS = 20_000;
const LEAST_ROWS = 60;
const BOOSTING = { rounds: 80, bins: 63 };

export async function fitTableAlarm(
  table: FlowTable,
  cleaned: Cleaned,
  options: EncodingOptions & { readonly seed?: number } = {},
): Promise<TableAlarm> {
  const random = seededRandom(options.seed ?? 1);
  const benign = Array.from(cleaned.rows).filter((row) => table.labels === undefined || cleaned.labels[row] === cleaned.benign);
  const windows = drawWindows(windowsOf(table, benign), random);
  const rows = windows.flatMap((window) => drawnRows(window));
  if (rows.length < LEAST_ROWS) {
    throw new VedetteError('DATA_INSUFFICIENT', `${rows.length} benign flows are too few to know what is usual, ${LEAST_ROWS} are needed`, {
      hint: 'give more flows of ordinary days',
    });
  }
  const attacks = shuffle(
    table.labels === undefined ? [] : Array.from(cleaned.rows).filter((row) => cleaned.labels[row] !== cleaned.benign),
    random,
  ).slice(0, MOST_ROWS);
  const encoding = fitEncoding(table, [...rows, ...attacks], options);
  const columns = encoding.features.length;
  const benignRows: BenignRows = { values: encodeValues(table, encoding, rows), columns };
  const foldOf = foldsByGroup(windows.map((window) => drawnRows(window).length));
  const ported = havePorts(table, rows);
  const width = columns + (ported ? 1 : 0);
  const noveltyRows = { values: noveltyValues(table, encoding, rows, ported), columns: width };
  const novelty = await foldFit(noveltyRows, noveltyScorer(width, ported, random), foldOf);
  const known = attacks.length < LEAST_ROWS ? undefined : encodeValues(table, encoding, attacks);
  const classifier = known && (await foldFit(benignRows, classifierScorer(columns, known, BOOSTING), foldOf));
  const odds = classifier?.unseen[0];
  const normal = { arms: novelty.unseen, ...(odds && { classifier: odds }) };
  const judges = judgesOf(normal, normal);
  const position = new Map(rows.map((row, i) => [row, i]));
  const times = rows.map((row) => table.time[row] as number).filter((time) => !Number.isNaN(time));
  return {
    encoding,
    windowMicros: WINDOW_MICROS,
    novelty: novelty.models,
    ...(classifier && { trees: classifier.models }),
    calibration: {
      ...normal,
      windows: Float64Array.from(windows, (window) => strongestStatistic(window, judges, (row) => position.get(row) as number)),
    },
    rows: rows.length,
    from: times.reduce((low, time) => Math.min(low, time), Number.POSITIVE_INFINITY),
    to: times.reduce((high, time) => Math.max(high, time), Number.NEGATIVE_INFINITY),
  };
}

/** Windows in order of time. */
export async function scoreTableWindows(alarm: TableAlarm, table: FlowTable): Promise<ScoredWindow[]> {
  const every = Array.from({ length: table.rows }, (_, row) => row);
  const windows = windowsOf(table, every, alarm.windowMicros);
  const rows = windows.flatMap((window) => drawnRows(window));
  const judges = await judgesOfFlows(alarm, table, rows);
  const position = new Map(rows.map((row, i) => [row, i]));
  const at = (row: number) => position.get(row) as number;
  const of = (row: number) => Math.max(...judges.map((z) => z[at(row)] as number));
  return windows.map((window) => {
    const [first = 0] = window.rows;
    const looked = drawnRows(window);
    const times = window.rows.map((row) => table.time[row] as number).filter((time) => !Number.isNaN(time));
    return {
      key: window.key,
      source: table.source[first] as string,
      destination: table.destination[first] as string,
      start: times.length === 0 ? 0 : times.reduce((low, time) => Math.min(low, time)),
      end: times.length === 0 ? 0 : times.reduce((high, time) => Math.max(high, time)),
      rows: window.rows,
      statistic: strongestStatistic(window, judges, at),
      strangest: looked.reduce((best, row) => (of(row) > of(best) ? row : best), looked[0] as number),
    };
  });
}

async function judgesOfFlows(alarm: TableAlarm, table: FlowTable, rows: readonly number[]): Promise<readonly Float64Array[]> {
  const { trees, calibration, encoding } = alarm;
  const arms = await armsOfFlows(alarm, table, rows);
  return judgesOf(calibration, { arms, ...(trees && { classifier: attackOdds(trees, encodeValues(table, encoding, rows)) }) });
}

async function armsOfFlows({ novelty, encoding }: TableAlarm, table: FlowTable, rows: readonly number[]): Promise<readonly Float64Array[]> {
  const values = noveltyValues(table, encoding, rows, portsOf({ novelty }) !== undefined);
  return meanScores(await Promise.all(novelty.map((fit) => noveltyOf(fit, values))));
}

function portsOf({ novelty }: Pick<TableAlarm, 'novelty'>): NoveltyFit['ports'] {
  return novelty[0]?.ports;
}

/** p-value of each flow among benign ones by the arms alone, which know no attack. */
export async function flowNovelty(alarm: TableAlarm, table: FlowTable): Promise<Float64Array> {
  const { calibration } = alarm;
  const scores = await armsOfFlows(
    alarm,
    table,
    Array.from({ length: table.rows }, (_, row) => row),
  );
  const benign = aggregated(
    undefined,
    calibration.arms.map((scores) => surprise(scores, scores)),
  );
  const own = aggregated(
    undefined,
    scores.map((score, arm) => surprise(calibration.arms[arm] as Float64Array, score)),
  );
  return surprise(benign, own).map((z) => Math.exp(-z));
}

/** Why a window stands out, by its strangest flow; `who` begins the sentence. */
export function explainTableFlow(alarm: TableAlarm, table: FlowTable, row: number, who: string): Explanation {
  const { encoding, novelty, rows } = alarm;
  const batch = encodeRows(table, encoding, [row]);
  const { arms, ports } = novelty[0] as NoveltyFit;
  const learnt = { scaler: arms.scaler, rows };
  if (ports === undefined) return explainFlow(learnt, batch, who);
  const columns = [...batch.columns, PORT_RARITY];
  const codes = noveltyValues(table, encoding, [row], true);
  const port = table.destinationPort[row] as number;
  const seen = ports.counts.get(codes.at(-1) as number) ?? 0;
  const told = {
    column: PORT_RARITY,
    subject: 'destination port',
    observed: Number.isNaN(port) ? 'absent' : String(port),
    expected: `${seen} of ${ports.flows} learnt flows went to it`,
    seenBefore: seen,
  };
  return explainFlow({ ...learnt, told }, { ...batch, columns, values: withRarity(codes, columns.length, ports) }, who);
}

function windowsOf(table: FlowTable, rows: readonly number[], width = WINDOW_MICROS): PairWindow[] {
  const told = rows.every((row) => table.source[row] !== '' && table.destination[row] !== '' && !Number.isNaN(table.time[row]));
  if (!told) return rows.map((row) => ({ key: table.keys[row] as string, rows: [row] }));
  const ordered = rows.slice().sort((a, b) => (table.time[a] as number) - (table.time[b] as number) || a - b);
  return pairWindows(ordered, table.source, table.destination, table.time, width);
}

/** In the order given. */
function drawWindows(windows: readonly PairWindow[], random: () => number): PairWindow[] {
  const order = shuffle(
    windows.map((_, i) => i),
    random,
  );
  let left = MOST_ROWS;
  const kept = order.filter((i) => {
    if (left <= 0) return false;
    left -= drawnRows(windows[i] as PairWindow).length;
    return true;
  });
  return kept.sort((a, b) => a - b).map((i) => windows[i] as PairWindow);
}
