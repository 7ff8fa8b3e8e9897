import { join } from 'node:path';
import { frameRows, MICROS_PER_DAY, type Micros, type SeriesFrame } from '../../core/index.ts';
import { labelledPairs } from '../../training/series/multivariate-data.ts';
import { readTable } from '../../training/series/read-series.ts';

/** Rows of one device in their order, as a source would deliver them. */
export interface StreamedData {
  readonly name: string;
  readonly frame: SeriesFrame;
  /** (rows) 1 where a labelled anomaly lies; undefined where nothing is labelled. */
  readonly labels?: Float64Array;
}

const MINUTE: Micros = 60_000_000;
const START: Micros = Date.parse('2024-01-01') * 1000;

/** Real multichannel data of modest length: one server of SMD, two of ASD, the water loop of SKAB, the network of DEEP MODS. */
export async function streamedData(folder: string): Promise<readonly StreamedData[]> {
  const series = join(folder, 'series');
  const servers = async (name: string, count: number, step: Micros) => {
    const pairs = (await labelledPairs(join(series, name))).slice(0, count);
    return pairs.map(({ name: machine, train, test, labels }): StreamedData => {
      const [before, after] = [lastRows(train, 1_000), frameRows(test, 0, 2_500)];
      const known = new Float64Array(before.rows);
      return {
        name: `${name.toUpperCase()} ${machine}`,
        frame: joined(before, after, step),
        labels: Float64Array.from([...known, ...labels.slice(0, after.rows)]),
      };
    });
  };
  const skab = await readTable(join(series, 'skab/anomaly-free/anomaly-free.csv.gz'), { name: 'skab' });
  const mods = async (part: string) => readTable(join(series, `deep-mods/sample-${part}-w01h-s10m.tsv.gz`), { name: part, step: 1e6 });
  return [
    ...(await servers('smd', 1, MINUTE)),
    ...(await servers('asd', 2, 5 * MINUTE)),
    { name: 'SKAB anomaly-free', frame: frameRows(skab, 0, 3_500) },
    {
      name: 'DEEP MODS',
      frame: joined(lastRows(await mods('train'), 1_000), frameRows(await mods('test'), 0, 2_500), MICROS_PER_DAY / 144),
    },
  ];
}

function lastRows(frame: SeriesFrame, rows: number): SeriesFrame {
  return frameRows(frame, Math.max(0, frame.rows - rows), frame.rows);
}

function joined(a: SeriesFrame, b: SeriesFrame, step: Micros): SeriesFrame {
  const rows = a.rows + b.rows;
  const values = a.values.map((column, c) => Float64Array.from([...column, ...(b.values[c] as Float64Array)]));
  return { channels: a.channels, rows, times: Float64Array.from({ length: rows }, (_, i) => START + i * step), values, step };
}
