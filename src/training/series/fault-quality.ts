import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Detector, frameRows, type Random, type SeriesBatch, type SeriesFrame, seededRandom } from '../../core/index.ts';
import { fillGaps } from '../../ml/index.ts';
import { markdownTable } from '../quality/markdown-table.ts';
import type { Table, TableOptions } from '../quality/tables.ts';
import { createDetector } from '../train.ts';
import { type ChannelScale, FAULT_ROWS, INJECTED, type InjectedFault, injectFault } from './inject-faults.ts';
import { readTable } from './read-series.ts';
import { readingsOf } from './readings-of.ts';

/** Faults of each kind injected into each channel. */
const PLACES = 3;
/** A score at or above this is a fault. */
const FAULT_SCORE = 10;
/** Different values that a channel must show to count as a sensor. */
const LEAST_VALUES = 50;
const KINDS = ['stuck', 'range', 'jump', 'noise', 'drift'] as const;

interface Tally {
  injected: number;
  found: number;
  named: number;
  byRange: number;
  bySpread: number;
}

interface SetResult {
  readonly data: string;
  readonly channels: number;
  readonly compared: number;
  readonly points: number;
  readonly injected: Record<InjectedFault, Tally>;
  /** Drift of the channels that their peers explain. */
  readonly drift: Tally;
  readonly falseEpisodes: Record<(typeof KINDS)[number] | 'all' | 'beyond the range' | 'beyond 3 spreads', number>;
}

/** Faults injected into real channels: the first half of the rows is learnt from, the second is judged. */
export async function faultQuality({ folder, commit, log }: TableOptions): Promise<Table> {
  const series = join(folder, 'series');
  const sets: [string, string[]][] = [
    ['SKAB (water loop)', [join(series, 'skab/anomaly-free/anomaly-free.csv.gz')]],
    [
      'ASD (servers)',
      (await readdir(join(series, 'asd'))).filter((name) => name.endsWith('_train.csv.gz')).map((n) => join(series, 'asd', n)),
    ],
    ['DEEP MODS (network)', [join(series, 'deep-mods/sample-train-w01h-s10m.tsv.gz')]],
  ];
  const results: SetResult[] = [];
  for (const [data, paths] of sets) {
    const parts: SetResult[] = [];
    for (const path of paths.sort()) parts.push(await measured(data, sensors(fillGaps(await readTable(path, { name: path, step: 1e6 })))));
    results.push(joined(data, parts));
    log(data);
  }
  results.push(joined('all', results));
  return { json: { commit, fault_rows: FAULT_ROWS, results }, markdown: markdown(results, commit) };
}

/** Channels that show many different values in the rows learnt from. */
function sensors(frame: SeriesFrame): SeriesFrame {
  const half = frame.rows >> 1;
  const kept = frame.channels.flatMap((_, c) =>
    new Set((frame.values[c] as Float64Array).subarray(0, half)).size >= LEAST_VALUES ? [c] : [],
  );
  return { ...frame, channels: kept.map((c) => frame.channels[c] as string), values: kept.map((c) => frame.values[c] as Float64Array) };
}

async function measured(data: string, frame: SeriesFrame): Promise<SetResult> {
  const half = frame.rows >> 1;
  const channels = frame.channels.length;
  const { detector } = (await createDetector('device-faults')) as unknown as { detector: Detector<SeriesBatch> };
  await detector.fit(readingsOf(frame, data, 0, half));
  const clean = await detector.score(readingsOf(frame, data, half, frame.rows));
  const scales = frame.values.map((column) => scaleOf(column.subarray(0, half)));
  const compared = frame.channels.map((_, c) => channelOf(clean.arms?.peers, c, channels).some((explained) => explained === 1));
  const result: SetResult = {
    data,
    channels,
    compared: compared.filter(Boolean).length,
    points: (frame.rows - half) * channels,
    injected: Object.fromEntries(INJECTED.map((fault) => [fault, empty()])) as Record<InjectedFault, Tally>,
    drift: empty(),
    falseEpisodes: falseEpisodes(frame, half, clean, scales),
  };
  const random = seededRandom(11);
  const longest = Math.max(...Object.values(FAULT_ROWS));
  let at = half;
  for (let place = 0; place < PLACES; place++) {
    const from = half + Math.floor(((place + 0.5) * (frame.rows - half - longest)) / PLACES);
    detector.observe(readingsOf(frame, data, at, from));
    at = from;
    for (let channel = 0; channel < channels; channel++) {
      for (const fault of INJECTED) {
        const tallies = [result.injected[fault], ...(fault === 'drift' && compared[channel] === true ? [result.drift] : [])];
        await judge(detector, frame, { data, from, channel, fault, scale: scales[channel] as ChannelScale, random, clean, half }, tallies);
      }
    }
  }
  return result;
}

interface Injection {
  readonly data: string;
  readonly from: number;
  readonly channel: number;
  readonly fault: InjectedFault;
  readonly scale: ChannelScale;
  readonly random: Random;
  readonly clean: { readonly score: Float64Array };
  readonly half: number;
}

/** Counts the fault, unless the readings raise one there anyway. */
async function judge(detector: Detector<SeriesBatch>, frame: SeriesFrame, injection: Injection, tallies: readonly Tally[]): Promise<void> {
  const { from, channel, fault, scale, random, clean, half, data } = injection;
  const rows = FAULT_ROWS[fault];
  const channels = frame.channels.length;
  const usual = channelOf(clean.score, channel, channels).subarray(from - half, from - half + rows);
  if (usual.some((score) => score >= FAULT_SCORE)) return;
  const part = frameRows(frame, from - 1, from + rows);
  const column = (part.values[channel] as Float64Array).slice();
  injectFault(column, 1, fault, scale, random);
  const values = part.values.map((own, c) => (c === channel ? column : own));
  const { score, arms } = await detector.score(readingsOf({ ...part, values }, data, 1));
  const own = channelOf(score, channel, channels);
  const faulty = column.subarray(1);
  for (const tally of tallies) {
    tally.injected++;
    if (own.some((value) => value >= FAULT_SCORE)) tally.found++;
    if (channelOf(arms?.[fault], channel, channels).some((ratio) => ratio > 1)) tally.named++;
    if (faulty.some((value) => value < scale.low || value > scale.high)) tally.byRange++;
    if (faulty.some((value) => Math.abs(value - scale.centre) > 3 * scale.spread)) tally.bySpread++;
  }
}

function falseEpisodes(
  frame: SeriesFrame,
  half: number,
  { score, arms }: { readonly score: Float64Array; readonly arms?: Readonly<Record<string, Float64Array>> },
  scales: readonly ChannelScale[],
): SetResult['falseEpisodes'] {
  const channels = frame.channels.length;
  const count = (raised: (channel: number) => ArrayLike<boolean>) =>
    frame.channels.reduce((sum, _, channel) => sum + episodes(raised(channel)), 0);
  const beyond = (test: (value: number, scale: ChannelScale) => boolean) =>
    count((c) => Array.from((frame.values[c] as Float64Array).subarray(half), (value) => test(value, scales[c] as ChannelScale)));
  return {
    ...(Object.fromEntries(
      KINDS.map((kind) => [kind, count((c) => Array.from(channelOf(arms?.[kind], c, channels), (ratio) => ratio > 1))]),
    ) as Record<(typeof KINDS)[number], number>),
    all: count((c) => Array.from(channelOf(score, c, channels), (value) => value >= FAULT_SCORE)),
    'beyond the range': beyond((value, { low, high }) => value < low || value > high),
    'beyond 3 spreads': beyond((value, { centre, spread }) => Math.abs(value - centre) > 3 * spread),
  };
}

/** Runs of raised rows; those less than 60 rows apart are one. */
function episodes(raised: ArrayLike<boolean>): number {
  let count = 0;
  let last = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < raised.length; row++) {
    if (!raised[row]) continue;
    if (row - last > 60) count++;
    last = row;
  }
  return count;
}

function channelOf(values: Float64Array | undefined, channel: number, channels: number): Float64Array {
  return (values ?? new Float64Array(0)).filter((_, i) => i % channels === channel);
}

function scaleOf(column: Float64Array): ChannelScale {
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const changes = column.slice(1).map((value, i) => value - (column[i] as number));
  const sorted = column.slice().sort();
  const centre = mean(column);
  const squares = column.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  const changeMean = mean(changes);
  const changeSquares = changes.reduce((sum, value) => sum + (value - changeMean) ** 2, 0);
  return {
    low: sorted[0] as number,
    high: sorted.at(-1) as number,
    centre,
    spread: Math.sqrt(squares / column.length),
    changeSpread: Math.sqrt(changeSquares / changes.length),
  };
}

function empty(): Tally {
  return { injected: 0, found: 0, named: 0, byRange: 0, bySpread: 0 };
}

function joined(data: string, parts: readonly SetResult[]): SetResult {
  const sum = (of: (part: SetResult) => number) => parts.reduce((total, part) => total + of(part), 0);
  const tally = (of: (part: SetResult) => Tally): Tally => ({
    injected: sum((part) => of(part).injected),
    found: sum((part) => of(part).found),
    named: sum((part) => of(part).named),
    byRange: sum((part) => of(part).byRange),
    bySpread: sum((part) => of(part).bySpread),
  });
  const kinds = Object.keys(parts[0]?.falseEpisodes ?? {}) as (keyof SetResult['falseEpisodes'])[];
  return {
    data,
    channels: sum(({ channels }) => channels),
    compared: sum(({ compared }) => compared),
    points: sum(({ points }) => points),
    injected: Object.fromEntries(INJECTED.map((fault) => [fault, tally((part) => part.injected[fault])])) as SetResult['injected'],
    drift: tally((part) => part.drift),
    falseEpisodes: Object.fromEntries(kinds.map((kind) => [kind, sum((part) => part.falseEpisodes[kind])])) as SetResult['falseEpisodes'],
  };
}

const TARGETS: Readonly<Partial<Record<InjectedFault, number>>> = { stuck: 0.95, drift: 0.95, range: 0.99 };

function markdown(results: readonly SetResult[], commit: string): string {
  const all = results.at(-1) as SetResult;
  const verdicts = Object.entries(TARGETS).map(([fault, target]) => {
    const tally = all.injected[fault as InjectedFault];
    const recall = tally.found / tally.injected;
    return `${fault} ${recall.toFixed(3)}, target ${target}, ${recall >= target ? 'met' : 'missed'}`;
  });
  const quiet = (10_000 * all.falseEpisodes.all) / all.points;
  const lines = [
    '# Faults of devices, injected into real channels',
    '',
    `Made by \`npm run evaluate:all -- faults\` at commit ${commit}. Channels with at least ${LEAST_VALUES} different values; the detector \`device-faults\` as it is by`,
    `default learns from the first half of the rows, the second is judged. ${PLACES} faults of each kind in every channel, one at a time: stuck (the reading before, ${FAULT_ROWS.stuck} rows),`,
    `drift (a ramp to 4 spreads over ${FAULT_ROWS.drift} rows), range (half the range beyond it, ${FAULT_ROWS.range} rows), jump (6 spreads away, ${FAULT_ROWS.jump} rows), noise (3 spreads of the usual`,
    `change, ${FAULT_ROWS.noise} rows); spreads are of the rows learnt from. Places that raise a fault untouched are left out. "found": any fault is raised within`,
    'those rows; "named": the right one. Beside it what a limit at the range learnt, and at 3 spreads from the mean, would find.',
    'False episodes: runs of raised rows in the untouched second half, those less than 60 rows apart taken as one. The factors of jump and noise, and of drift from',
    'the own level, were settled on with this table in view.',
    '',
    `Recall: ${verdicts.join('; ')}. False episodes per 10,000 points: ${quiet.toFixed(2)}, target 1, ${quiet <= 1 ? 'met' : 'missed'}.`,
    '',
  ];
  for (const result of results) lines.push(...section(result));
  return lines.join('\n');
}

function section(result: SetResult): string[] {
  const share = (tally: Tally, part: Exclude<keyof Tally, 'injected'>) =>
    tally.injected === 0 ? '-' : (tally[part] / tally.injected).toFixed(3);
  const row = (name: string, tally: Tally) => [
    name,
    String(tally.injected),
    share(tally, 'found'),
    share(tally, 'named'),
    share(tally, 'byRange'),
    share(tally, 'bySpread'),
  ];
  return [
    `## ${result.data}: ${result.channels} channels, ${result.compared} explained by their peers, ${result.points.toLocaleString('en')} points`,
    '',
    ...markdownTable([
      ['fault', 'injected', 'found', 'named', 'beyond the range', 'beyond 3 spreads'],
      ...INJECTED.map((fault) => row(fault, result.injected[fault])),
      row('drift, explained by peers', result.drift),
    ]),
    '',
    ...markdownTable([
      ['false episodes per 10,000 points', ...Object.keys(result.falseEpisodes)],
      ['', ...Object.values(result.falseEpisodes).map((count) => ((10_000 * count) / result.points).toFixed(2))],
    ]),
    '',
  ];
}
