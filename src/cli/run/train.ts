import { VedetteError } from '../../core/index.ts';
import { createDetector, onlyNormal, trainDetector } from '../../training/index.ts';
import type { DataOptions } from '../commands/data-options.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { readData } from './read-data.ts';
import { tenantRegistry } from './registry.ts';
import { trainRows } from './row-models.ts';

export interface TrainCommandOptions extends CommonOptions, DataOptions {
  readonly name?: string;
  readonly algorithm?: string;
  readonly option: readonly string[];
  readonly promise: number;
  readonly promote?: boolean;
  readonly leaveOneOut?: boolean;
}

export async function train(detector: string, options: TrainCommandOptions): Promise<void> {
  const json = options.output === 'json';
  if ((await createDetector(detector)).detector.shape === 'rows') {
    const algorithm = options.algorithm === undefined ? {} : { algorithm: options.algorithm };
    await trainRows(detector, options, { ...hyperParameters(options.option), ...algorithm });
    return;
  }
  const progress = await startProgress(`Training ${detector}`, json);
  try {
    const data = await readData(options, progress);
    const normal = onlyNormal(data);
    const trained = await trainDetector({
      detector,
      data: normal,
      options: { ...hyperParameters(options.option), ...(options.algorithm === undefined ? {} : { algorithm: options.algorithm }) },
      seed: options.seed,
      progress: (share) => progress.update(0.5 + share * 0.5, 'fitting'),
    });
    const { manifest, summary } = trained;
    const registry = tenantRegistry(options);
    const name = options.name ?? detector;
    const { fingerprint } = normal;
    const version = await registry.saveModel(
      name,
      {
        detector,
        seed: options.seed,
        data: { from: fingerprint.from ?? 0, to: fingerprint.to ?? 0, rows: fingerprint.rows, sha256: fingerprint.sha256 },
        features: data.feature === undefined ? { session_file: true } : { sequences: data.feature },
        hyperParameters: manifest.hyperparameters as Record<string, unknown>,
        metrics: manifest.metrics,
        calibration: { ...manifest.calibration, promised_rate: options.promise },
      },
      { 'model.bin': await trained.detector.snapshot(), 'calibration.bin': new Uint8Array(summary.calibration.slice().buffer) },
    );
    if (options.promote === true) await registry.promote(`${name}@${version.version}`);
    progress.stop();
    const resolved = options.promise >= manifest.calibration.smallest_rate;
    if (json) printJson({ model: `${name}@${version.version}`, ...version, promise_resolved: resolved });
    else {
      print(`${name}@${version.version}: ${detector} learnt from ${fingerprint.rows.toLocaleString('en')} sessions.`);
      if (normal.batch.rows < data.batch.rows)
        print(`  ${data.batch.rows - normal.batch.rows} sessions with an abnormal label were left out.`);
      if (data.feature !== undefined) print(`  ${data.feature.why}`);
      for (const { input, reason } of data.skipped) print(`  skipped ${input}: ${reason}`);
      print(
        `  promised false-alarm rate ${options.promise}${resolved ? '' : `: below 1 in ${manifest.calibration.rows + 1}, which these data resolve; extrapolated`}`,
      );
    }
  } finally {
    progress.stop();
  }
}

/** `key=value` pairs; values are JSON where they parse, else text. */
function hyperParameters(pairs: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new VedetteError('USAGE', `--option ${pair} is no key=value`, { hint: 'Write for example --option order=8.' });
      return [pair.slice(0, at), jsonOrText(pair.slice(at + 1))];
    }),
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
