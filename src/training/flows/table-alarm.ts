import { pack, type RowBatch, seededRandom, shuffle, unpack, VedetteError } from '../../core/index.ts';
import {
  aggregated,
  drawnRows,
  type PairWindow,
  pairWindows,
  strongestStatistic,
  surprise,
} from '../../detectors/flow-novelty/aggregate.ts';
import { ARM_NAMES, NOVELTY_DEFAULTS, type NoveltyArms } from '../../detectors/flow-novelty/arms.ts';
import { type BenignRows, crossFit, FOLDS, foldFit, foldsByGroup } from '../../detectors/flow-novelty/cross-fit.ts';
import { encodingSchema, type FlowEncoding } from '../../features/index.ts';
import { networkSchema, packEnsemble, type TreeEnsemble, unpackEnsemble } from '../../ml/index.ts';
import type { Cleaned } from './clean.ts';
import { type EncodingOptions, encodeRows, encodeValues, fitEncoding } from './encode.ts';
import type { FlowTable } from './flow-table.ts';
import { attackOdds, classifierScorer, judgesOf, noveltyOf, noveltyScorer } from './score-a.ts';

/** What flows of a table between a source and a destination are judged by: learnt from benign flows and, where there are any, known attacks. */
export interface TableAlarm {
  readonly encoding: FlowEncoding;
  readonly windowMicros: number;
  readonly arms: NoveltyArms;
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
  const novelty = await crossFit(benignRows, noveltyScorer(columns, NOVELTY_DEFAULTS, random), foldOf);
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
    arms: novelty.model,
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
  const judges = await judgesOfFlows(alarm, encodeValues(table, alarm.encoding, rows));
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

async function judgesOfFlows({ arms, trees, calibration }: TableAlarm, values: Float32Array): Promise<readonly Float64Array[]> {
  const scores = await noveltyOf(arms, values, NOVELTY_DEFAULTS.neighbours);
  return judgesOf(calibration, { arms: scores, ...(trees && { classifier: attackOdds(trees, values) }) });
}

/** p-value of each flow among benign ones by the arms alone, which know no attack. */
export async function flowNovelty({ arms, encoding, calibration }: TableAlarm, table: FlowTable): Promise<Float64Array> {
  const rows = Array.from({ length: table.rows }, (_, row) => row);
  const scores = await noveltyOf(arms, encodeValues(table, encoding, rows), NOVELTY_DEFAULTS.neighbours);
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

/** One flow as detectors take it, to explain it. */
export function flowRow(alarm: TableAlarm, table: FlowTable, row: number): RowBatch {
  return encodeRows(table, alarm.encoding, [row]);
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

export function packTableAlarm({ encoding, windowMicros, arms, trees, calibration, rows, from, to }: TableAlarm): Uint8Array {
  const { scaler, references, autoencoder, shuffled } = arms;
  const header = { kind: 'flow-alarm', version: 2, encoding, windowMicros, spec: autoencoder.spec, classifies: trees !== undefined, rows };
  return pack(header, {
    span: Float64Array.of(from, to),
    mean: scaler.mean,
    inverse: scaler.inverse,
    references,
    theta: autoencoder.theta,
    shuffled: packEnsemble(shuffled),
    ...(trees && calibration.classifier && { classifier: calibration.classifier }),
    ...Object.fromEntries((trees ?? []).map((one, fold) => [`trees-${fold}`, packEnsemble(one)])),
    ...Object.fromEntries(ARM_NAMES.map((arm, i) => [`normal-${arm}`, calibration.arms[i] as Float64Array])),
    windows: calibration.windows,
  });
}

/** MODEL_MISMATCH for what `packTableAlarm` did not write. */
export function unpackTableAlarm(bytes: Uint8Array): TableAlarm {
  const packed = unpack(bytes);
  const header = packed.header as Record<string, unknown>;
  const encoding = encodingSchema.safeParse(header.encoding);
  if (header.kind !== 'flow-alarm' || header.version !== 2 || !encoding.success) {
    throw new VedetteError('MODEL_MISMATCH', 'the file holds no alarm of flows of this version', { hint: 'train the model again' });
  }
  const [from = 0, to = 0] = packed.float64('span');
  return {
    encoding: encoding.data,
    windowMicros: Number(header.windowMicros),
    arms: {
      scaler: { mean: packed.float64('mean'), inverse: packed.float64('inverse') },
      references: packed.float32('references'),
      autoencoder: { spec: networkSchema.parse(header.spec), theta: packed.float32('theta') },
      shuffled: unpackEnsemble(packed.uint8('shuffled')),
    },
    ...(header.classifies === true && {
      trees: Array.from({ length: FOLDS }, (_, fold) => unpackEnsemble(packed.uint8(`trees-${fold}`))),
    }),
    calibration: {
      arms: ARM_NAMES.map((arm) => packed.float64(`normal-${arm}`)),
      ...(header.classifies === true && { classifier: packed.float64('classifier') }),
      windows: packed.float64('windows'),
    },
    rows: Number(header.rows),
    from,
    to,
  };
}
