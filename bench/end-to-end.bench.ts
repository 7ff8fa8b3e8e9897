import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzeInputs } from '../src/analysis/index.ts';
import { BenchLog } from '../src/cli/run/bench-log.ts';
import { VedetteError } from '../src/core/index.ts';
import { buildReport, renderHtml } from '../src/sinks/report/index.ts';
import { listInputs } from '../src/sources/index.ts';
import { createDetector, readLogs } from '../src/training/index.ts';
import { type Drain3, drain3Baselines } from './drain3-baseline.ts';
import type { Measurement, Skipped } from './measurement.ts';

const LINES = 1_000_000;
const BASELINE_LINES = 100_000;
const BLANKS = 5;
const SEED = 42;

/**
 * From a generated storage log to events, sessions, scores and the report, the file read anew each time: lines a second by the
 * clock, and per second of CPU time against drain3 alone, which what else runs on the machine changes little.
 */
export default async function bench(): Promise<(Measurement | Skipped)[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-bench-'));
  try {
    const path = join(folder, 'storage.log');
    new BenchLog(SEED).write(path, LINES);
    const inputs = await listInputs([path]);
    const baselines = drain3Baselines(path, BLANKS, BASELINE_LINES);
    const steps: readonly [string, () => Promise<unknown>][] = [
      ['events with parameters', () => readLogs(inputs, { root: folder, sequences: false })],
      ['sessions', () => readLogs(inputs, { root: folder })],
      ['scores of pca', () => score(folder, 'pca')],
      ['scores of sequence', () => score(folder, 'sequence')],
      ['report of pca alone', () => report(path, 'pca', true)],
      ['report of pca, novelty and rate', () => report(path, 'pca')],
      ['report of sequence, novelty and rate', () => report(path, 'sequence')],
    ];
    const results: (Measurement | Skipped)[] = [];
    for (const [what, work] of steps) {
      const began = process.hrtime.bigint();
      const cpu = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(cpu);
      const value = LINES / (Number(process.hrtime.bigint() - began) / 1e9);
      const name = `end to end: log lines to ${what}`;
      results.push({ name, value, unit: 'lines/s' }, ...against(name, LINES / ((user + system) / 1e6), baselines));
    }
    for (const { name, rate } of baselines) {
      if (typeof rate === 'string') results.push({ name: `end to end: ratio to ${name}`, skipped: rate });
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function against(name: string, value: number, baselines: readonly Drain3[]): Measurement[] {
  const measured = baselines.flatMap((one) => (typeof one.rate === 'number' ? [{ name: one.name, rate: one.rate }] : []));
  if (measured.length === 0) return [{ name, value, unit: 'lines/CPU s' }];
  return measured.map((one) => ({
    name,
    value,
    unit: 'lines/CPU s',
    baseline: `${one.name}, alone`,
    baseline_value: one.rate,
    ratio: value / one.rate,
  }));
}

/** Learns from the sessions of the log and scores them. */
async function score(folder: string, name: string): Promise<void> {
  const { batch } = await readLogs(await listInputs([folder]), { root: folder, numbers: false });
  if (batch === undefined) throw new VedetteError('INPUT_EMPTY', 'the generated log gave no session');
  const { detector } = await createDetector(name, {}, SEED);
  await detector.fit(batch);
  await detector.score(batch);
}

/** `onlySessions`: count vectors, detection and report, without what looks at single lines. */
async function report(path: string, detector: string, onlySessions = false): Promise<void> {
  const settings = {
    tenant: 'bench',
    program: 'bench',
    promise: 0.001,
    timezone: 'UTC',
    session: 'auto',
    baseline: [],
    top: 1000,
    signatures: { own: true },
    seed: SEED,
    detectors: [detector],
    onlySessions,
  };
  const labels = async (): Promise<[]> => [];
  for await (const analysis of analyzeInputs([path], { ...settings, labels, progress: () => {} })) {
    renderHtml(buildReport(analysis.report));
  }
}
