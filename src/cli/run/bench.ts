import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyzeInputs } from '../../analysis/index.ts';
import { buildReport, renderHtml } from '../../sinks/report/index.ts';
import { listInputs, readFiles } from '../../sources/index.ts';
import { readLogs } from '../../training/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { programVersion } from '../version.ts';
import { BenchLog } from './bench-log.ts';

interface Step {
  readonly name: string;
  readonly value: number;
  readonly unit: 'lines/s';
}

/** How many lines a second this machine reads, parses and analyses: the same steps on the same generated log. */
export async function bench(options: CommonOptions & { lines: number }): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vedette-bench-'));
  try {
    const path = join(folder, 'storage.log');
    new BenchLog(options.seed).write(path, options.lines);
    const steps: Step[] = [];
    const measure = async (name: string, work: () => Promise<unknown>): Promise<void> => {
      const begin = performance.now();
      await work();
      steps.push({ name, value: Math.round(options.lines / ((performance.now() - begin) / 1000)), unit: 'lines/s' });
    };
    const inputs = await listInputs([path]);
    const never = new AbortController().signal;
    await measure('read', async () => {
      for await (const _ of readFiles([path]).read({ positions: [] }, never));
    });
    await measure('parse: header, time, template, parameters', () => readLogs(inputs, { root: folder, sequences: false }));
    await measure('parse and sessions', () => readLogs(inputs, { root: folder }));
    for (const detector of ['pca', 'sequence']) {
      await measure(`analyse with ${detector}, to the report`, () => analyse(path, detector, options.seed));
    }
    const machine = `${cpus()[0]?.model ?? 'unknown'}, ${availableParallelism()} cores, Node ${process.versions.node}`;
    if (options.output === 'json') printJson({ program: programVersion(), machine, lines: options.lines, measurements: steps });
    else {
      print(`${options.lines.toLocaleString('en')} generated lines on ${machine}`);
      for (const step of steps) print(`  ${step.name.padEnd(44)} ${step.value.toLocaleString('en').padStart(12)} lines/s`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function analyse(path: string, detector: string, seed: number): Promise<void> {
  const settings = {
    tenant: 'bench',
    program: programVersion(),
    promise: 0.001,
    timezone: 'UTC',
    session: 'auto',
    baseline: [],
    top: 1000,
    signatures: { own: true },
  };
  const labels = async (): Promise<[]> => [];
  for await (const analysis of analyzeInputs([path], { ...settings, seed, detectors: [detector], labels, progress: () => {} })) {
    renderHtml(buildReport(analysis.report));
  }
}
