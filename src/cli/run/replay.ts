import { type AnalysisOptions, analyzeInputs } from '../../analysis/index.ts';
import { type Alert, VedetteError } from '../../core/index.ts';
import { analysisId, type Operations } from '../../server/index.ts';
import { readTemplates } from '../../training/index.ts';
import type { CommonOptions } from '../options.ts';
import { localPaths } from '../remote/index.ts';
import { programVersion } from '../version.ts';
import { PIPED } from './spooled-inputs.ts';

/** Options of an analysis that its findings depend on, as `analyze` records them. */
export interface RecordedOptions {
  readonly seed: number;
  readonly promise: number;
  readonly timezone: string;
  readonly session: string;
  readonly detectors: readonly string[];
  readonly baseline: readonly string[];
  readonly top: number;
  readonly signatures: AnalysisOptions['signatures'];
  readonly format?: string;
  readonly templates?: string;
  readonly model?: string;
  readonly parsing?: NonNullable<AnalysisOptions['parsing']>;
  readonly detectorOptions?: NonNullable<AnalysisOptions['detectorOptions']>;
  readonly memory?: number;
  readonly mods?: AnalysisOptions['mods'];
  readonly homeNetworks?: readonly string[];
  /** Alerts whose labels were in force. */
  readonly labelled: readonly string[];
}

/** Runs the analysis that made an alert once more and returns the alert it makes now. */
export async function replayAnalysis(stored: Alert, operations: Operations, options: CommonOptions): Promise<Alert> {
  const { lineage } = stored.detection;
  const record = await operations.analysis(analysisId(lineage));
  if (record === undefined) {
    throw new VedetteError('REPLAY_UNAVAILABLE', `how ${stored.id} was found is no longer recorded`, { hint: 'Analyse its input again.' });
  }
  if (lineage.program !== programVersion()) {
    throw new VedetteError('REPLAY_UNAVAILABLE', `${stored.id} was found by vedette ${lineage.program}, this is ${programVersion()}`, {
      hint: `Install vedette ${lineage.program} to replay it.`,
    });
  }
  if (record.paths.includes(PIPED)) {
    throw new VedetteError('REPLAY_UNAVAILABLE', `${stored.id} was found in what came through a pipe, which isn't kept`, {
      hint: 'Save the input as a file and analyse that; its alerts can be replayed.',
    });
  }
  const recorded = record.options as unknown as RecordedOptions;
  const { loadAnyModel } = await import('./load-model.ts');
  const { labelled, templates, model, baseline, signatures, mods, ...rest } = recorded;
  const local = async (path: string): Promise<string> => (await localPaths([path]))[0] as string;
  const { own, rules } = signatures;
  const analysing = analyzeInputs(await localPaths(record.paths), {
    ...rest,
    baseline: await localPaths(baseline),
    signatures: { own, ...(rules === undefined ? {} : { rules: await local(rules) }) },
    tenant: options.tenant,
    program: programVersion(),
    labels: async (detector) => (await operations.labels(detector)).filter((label) => labelled.includes(label.alertId)),
    progress: () => {},
    ...(templates === undefined ? {} : { templates: await readTemplates(await local(templates)) }),
    ...(mods === undefined ? {} : { mods }),
    ...(model === undefined ? {} : await loadAnyModel(options, model)),
  });
  const changed: string[] = [];
  for await (const analysis of analysing) {
    const before = lineage.inputs.find(({ input }) => input === analysis.input.name);
    if (before !== undefined && before.sha256 !== analysis.input.sha256) changed.push(before.input);
    const again = analysis.alerts.find(({ alert }) => alert.id === stored.id);
    if (again !== undefined) return again.alert;
  }
  throw new VedetteError(
    'REPLAY_UNAVAILABLE',
    changed.length > 0
      ? `${changed.join(', ')} changed since ${stored.id} was found`
      : `${stored.id} is not found again in ${record.paths.join(', ')}`,
    {
      hint:
        changed.length > 0
          ? 'Bring the input back as it was, or analyse it again.'
          : 'A label given since may have removed it: see `vedette alerts show`.',
    },
  );
}
