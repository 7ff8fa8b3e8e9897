import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeriesFrame } from '../../core/index.ts';
import { readTable } from './read-series.ts';

export interface LabelledPair {
  readonly name: string;
  readonly train: SeriesFrame;
  readonly test: SeriesFrame;
  /** (test rows) 1 where a labelled anomaly lies. */
  readonly labels: Float64Array;
}

/** Files without a header: rows a second apart, for want of times. */
const read = (path: string) => readTable(path, { name: path, step: 1e6 });

/** `<name>_train`, `<name>_test`, `<name>_test_label` of a folder: SMD and ASD. */
export async function labelledPairs(folder: string): Promise<LabelledPair[]> {
  const names = (await readdir(folder)).flatMap((file) => /^(.+)_train\.csv\.gz$/.exec(file)?.[1] ?? []).sort();
  const paired = names.filter((name) => !name.startsWith('interpretation'));
  return Promise.all(
    paired.map(async (name) => ({
      name,
      train: await read(join(folder, `${name}_train.csv.gz`)),
      test: await read(join(folder, `${name}_test.csv.gz`)),
      labels: (await read(join(folder, `${name}_test_label.csv.gz`))).values[0] as Float64Array,
    })),
  );
}

/** SMAP or MSL: labels are ranges of test rows in `labeled_anomalies.csv`. */
export async function telemetry(folder: string, spacecraft: 'SMAP' | 'MSL'): Promise<LabelledPair[]> {
  const lines = (await readFile(join(folder, 'labeled_anomalies.csv'), 'utf8')).split('\n').slice(1);
  const files = new Set(await readdir(join(folder, spacecraft)));
  const pairs: LabelledPair[] = [];
  for (const line of lines) {
    const found = /^([^,]+),([^,]+),"(\[.*?\])",/.exec(line);
    if (found === null || found[2] !== spacecraft || !files.has(`${found[1]}_test.csv.gz`)) continue;
    const path = (part: string) => join(folder, spacecraft, `${found[1]}_${part}.csv.gz`);
    const [train, test] = [await read(path('train')), await read(path('test'))];
    const labels = new Float64Array(test.rows);
    for (const [from, to] of JSON.parse(found[3] as string) as [number, number][]) labels.fill(1, from, to + 1);
    pairs.push({ name: found[1] as string, train, test, labels });
  }
  return pairs;
}
