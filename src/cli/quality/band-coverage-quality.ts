import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MICROS_PER_DAY, type SeriesFrame } from '../../core/index.ts';
import { fillGaps } from '../../ml/index.ts';
import { markdownTable } from '../../training/quality/markdown-table.ts';
import type { Table, TableOptions } from '../../training/quality/tables.ts';
import { readNab } from '../../training/series/nab-quality.ts';
import { readTable } from '../../training/series/read-series.ts';
import { trainForecast } from '../../training/series/train-forecast.ts';
import { streamFrame } from './stream-frame.ts';
import { streamedData } from './streamed-data.ts';

/** Readings of a series before its band is counted: from then on it is judged. */
const WARM_UP = 30;
/** What the band and the intervals of forecasters are made for. */
const BAND = 0.98;
const INTERVAL = 0.9;
const STEPS = 12;
const SHOWN = [1, 6, 12];
const ALGORITHMS = ['ridge', 'mlp', 'cnn', 'gru', 'lstm', 'tcn', 'blend'] as const;
const TEN_MINUTES = MICROS_PER_DAY / 144;

interface Band {
  readonly data: string;
  readonly networks: string;
  readonly series: number;
  readonly readings: number;
  readonly within: number;
}

interface Interval {
  readonly algorithm: string;
  /** Share of the values within, by channel: one figure per shown step. */
  readonly within: Readonly<Record<string, readonly number[]>>;
}

/** How many readings lie within the live band, and how many values within the intervals of forecasters. */
export async function bandCoverageQuality({ folder, commit, log }: TableOptions): Promise<Table> {
  const bands: Band[] = [];
  const add = async (data: string, frames: readonly SeriesFrame[], networks: string, options: Readonly<Record<string, unknown>>) => {
    bands.push(await banded(data, frames, networks, options));
    log(`${data}, ${networks}: ${bands.at(-1)?.within} of ${bands.at(-1)?.readings}`);
  };
  const nab = (await readNab(folder)).map(
    ({ times, values }): SeriesFrame => ({ rows: values.length, channels: ['value'], times, values: [values], step: 1e6 }),
  );
  await add('NAB, 58 files', nab, 'off', { most: 0 });
  await add('SKAB, all files', await skab(folder), 'off', { most: 0 });
  for (const { name, frame } of await streamedData(folder)) {
    await add(name, [frame], 'off', { most: 0 });
    await add(name, [frame], 'as by default', {});
  }
  const intervals = await forecasterIntervals(folder, log);
  return { json: { commit, band: BAND, interval: INTERVAL, bands, intervals }, markdown: markdown(bands, intervals, commit) };
}

async function skab(folder: string): Promise<SeriesFrame[]> {
  const frames: SeriesFrame[] = [];
  for (const group of ['anomaly-free', 'other', 'valve1', 'valve2']) {
    const path = join(folder, 'series/skab', group);
    for (const name of (await readdir(path)).sort())
      frames.push(await readTable(join(path, name), { name, ignore: ['anomaly', 'changepoint'] }));
  }
  return frames;
}

async function banded(
  data: string,
  frames: readonly SeriesFrame[],
  networks: string,
  options: Readonly<Record<string, unknown>>,
): Promise<Band> {
  let series = 0;
  let readings = 0;
  let within = 0;
  for (const frame of frames) {
    const { points } = await streamFrame(frame, [{ type: 'forecast', networks: options }]);
    const seen = new Map<string, number>();
    for (const { rows, code, names, value, lower, upper } of points) {
      for (let row = 0; row < rows; row++) {
        const name = names[code[row] as number] as string;
        const count = (seen.get(name) ?? 0) + 1;
        seen.set(name, count);
        if (count <= WARM_UP) continue;
        readings++;
        // Stored points are in single precision; the reading is compared in it too.
        const single = Math.fround(value[row] as number);
        if (single >= (lower[row] as number) && single <= (upper[row] as number)) within++;
      }
    }
    series += seen.size;
  }
  return { data, networks, series, readings, within };
}

/** Learnt from DEEP MODS' training file, its last fifth giving the widths; counted on every origin of the test file. */
async function forecasterIntervals(folder: string, log: TableOptions['log']): Promise<Interval[]> {
  const read = async (part: string, from: string) =>
    fillGaps(
      await readTable(join(folder, `series/deep-mods/sample-${part}-w01h-s10m.tsv.gz`), {
        name: part,
        from: Date.parse(from) * 1000,
        step: TEN_MINUTES,
      }),
    );
  const [train, test] = [await read('train', '2019-01-01'), await read('test', '2019-05-01')];
  const intervals: Interval[] = [];
  for (const algorithm of ALGORITHMS) {
    const { model } = await trainForecast(train, { algorithm, steps: STEPS, seed: 1, coverage: INTERVAL });
    const first = model.forecaster.history - 1;
    const origins = Int32Array.from({ length: test.rows - STEPS - first }, (_, i) => first + i);
    const forecast = await model.forecaster.forecast(test, origins);
    const channels = test.channels.length;
    const share = (c: number, step: number) => {
      const at = (step - 1) * channels + c;
      let inside = 0;
      for (const [i, origin] of origins.entries()) {
        const error = Math.abs(
          ((test.values[c] as Float64Array)[origin + step] as number) - (forecast[i * STEPS * channels + at] as number),
        );
        if (error <= (model.widths[at] as number)) inside++;
      }
      return inside / origins.length;
    };
    intervals.push({ algorithm, within: Object.fromEntries(test.channels.map((name, c) => [name, SHOWN.map((step) => share(c, step))])) });
    log(`intervals of ${algorithm}`);
  }
  return intervals;
}

function markdown(bands: readonly Band[], intervals: readonly Interval[], commit: string): string {
  const channels = Object.keys(intervals[0]?.within ?? {});
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return [
    '# How much lies within bands and intervals',
    '',
    `Made by \`npm run evaluate:all -- band-coverage\` at commit ${commit}.`,
    '',
    `## Live band, made for ${percent(BAND)}`,
    '',
    `Streamed through the lane of readings in event time, the forecast made before each reading; readings from the ${WARM_UP + 1}st of each series on, labelled anomalies among them.`,
    '',
    ...markdownTable([
      ['data', 'networks', 'series', 'readings', 'within'],
      ...bands.map(({ data, networks, series, readings, within }) => [
        data,
        networks,
        String(series),
        readings.toLocaleString('en'),
        percent(within / readings),
      ]),
    ]),
    '',
    `## Intervals of forecasters, made for ${percent(INTERVAL)}`,
    '',
    `As \`train forecast\` makes them, on DEEP MODS: learnt from the first four fifths of the training file, widths from the next tenth; values of the test file at ${SHOWN.join(' / ')} steps ahead.`,
    'Widths are those of the weeks before: where later weeks are livelier or calmer, fewer or more values lie within.',
    '',
    ...markdownTable([
      ['model', ...channels],
      ...intervals.map(({ algorithm, within }) => [
        algorithm,
        ...channels.map((name) => (within[name] ?? []).map((one) => (100 * one).toFixed(1)).join(' / ')),
      ]),
    ]),
    '',
  ].join('\n');
}
