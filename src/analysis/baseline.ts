import { sha256Hex } from '../core/index.ts';
import type { SequenceFeature } from '../features/index.ts';
import type { KnownTemplates } from '../parsers/index.ts';
import { type FileInput, listInputs, withoutEmpty } from '../sources/index.ts';
import { createDetector, readLogs, SEQUENCE_MEMORY } from '../training/index.ts';
import type { AnalysisOptions, FittedModel } from './options.ts';

/** What was learnt from logs that are known to be normal. */
export interface Baseline {
  readonly models: readonly FittedModel[];
  readonly feature: SequenceFeature;
  readonly known: readonly KnownTemplates[];
  readonly name: string;
  readonly inputs: readonly FileInput[];
  /** Sessions that the logs hold, where only an even sample of them was learnt from. */
  readonly drawnFrom?: number;
}

export async function learnBaseline(options: AnalysisOptions): Promise<Baseline | undefined> {
  const inputs = withoutEmpty(await listInputs(options.baseline));
  const read = await readLogs(inputs, {
    ...logOptions(options),
    keepTemplates: true,
    bound: { memory: options.memory ?? SEQUENCE_MEMORY, rest: false },
    progress: (share) => options.progress(share * 0.5, 'reading the baseline'),
  });
  if (read.batch === undefined || read.feature === undefined) return undefined;
  const models: FittedModel[] = [];
  for (const name of options.detectors) {
    const { detector } = await createDetector(name, options.detectorOptions?.[name] ?? {}, options.seed);
    const model = { detectorName: name, detector: detector as FittedModel['detector'], name: 'learnt-from-baseline', sha256: '' };
    const summary = await model.detector.fit(read.batch);
    const sha256 = sha256Hex(await model.detector.snapshot());
    models.push({ ...model, sha256, calibration: summary.calibration, rows: summary.rows, from: summary.from, to: summary.to });
  }
  const drawn = read.rows > read.batch.rows ? { drawnFrom: read.rows } : {};
  return { models, inputs, feature: read.feature, known: read.known, name: read.inputs.map(({ name }) => name).join(', '), ...drawn };
}

/** How logs are read. */
export function logOptions(options: AnalysisOptions) {
  return {
    timezone: options.timezone,
    session: options.session,
    numbers: (options.model === undefined ? options.detectors : [options.model.detectorName]).includes('deeplog'),
    ...(options.format === undefined ? {} : { format: options.format }),
    ...options.parsing,
    ...(options.templates === undefined ? {} : { templates: options.templates }),
  };
}
