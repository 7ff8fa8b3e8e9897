import { featureOfModel, readSequenceData, scoreCsv, scoreData } from '../../training/index.ts';
import type { DataOrFeature } from '../commands/data-options.ts';
import type { FeatureOptions } from '../commands/feature-options.ts';
import type { CommonOptions } from '../options.ts';
import { note, print, printJson } from '../output.ts';
import { startProgress } from '../progress.ts';
import { loadModel } from './load-model.ts';
import { parsingOptions } from './parsing-options.ts';
import { tenantRegistry } from './registry.ts';
import { beyondResolution } from './resolution.ts';
import { scoreRows } from './row-models.ts';
import { withSpooledData } from './spooled-inputs.ts';
import { chosenData } from './stored-feature.ts';
import { scoreWindows } from './window-models.ts';
import { writeOutput } from './write-output.ts';

type ScoreOptions = CommonOptions & DataOrFeature & FeatureOptions & { model: string; out?: string; promise?: number };

export async function score(options: ScoreOptions): Promise<void> {
  await withSpooledData(options, scoreFrom);
}

async function scoreFrom(options: ScoreOptions): Promise<void> {
  const { manifest } = await tenantRegistry(options).loadModel(options.model);
  const own = featureOfModel({ manifest });
  const chosen = await chosenData(options, own);
  if ('feature' in chosen || own !== undefined) {
    await scoreWindows(options, 'feature' in chosen ? chosen.feature : undefined);
    return;
  }
  const { data: paths } = chosen;
  if (manifest.features.flows !== undefined) {
    await scoreRows({ ...options, data: paths });
    return;
  }
  const json = options.output === 'json';
  const progress = await startProgress('Scoring', json || options.out === undefined);
  try {
    const model = await loadModel(options, options.model);
    const reading = (share: number): void => progress.update(share * 0.5, 'reading');
    const data = await readSequenceData(
      { ...options, data: paths, parsing: await parsingOptions(options, options.format) },
      reading,
      model,
    );
    const promise = options.promise ?? model.promise;
    const rows = await scoreData({ detector: model.detector, calibration: model.calibration, data, promise });
    progress.stop();
    const flagged = rows.anomalous.reduce((sum, one) => sum + one, 0);
    const summary = {
      model: model.name,
      rows: rows.ids.length,
      anomalous: flagged,
      promised_rate: rows.threshold.rate,
      extrapolated: rows.threshold.extrapolated,
      smallest_rate: rows.threshold.smallest,
    };
    if (rows.threshold.extrapolated && !json) note(beyondResolution(rows.threshold.smallest));
    if (options.out !== undefined) {
      await writeOutput(options.out, scoreCsv(rows));
      if (json) printJson({ ...summary, out: options.out });
      else
        print(
          `${options.out}: ${summary.rows} sessions scored by ${summary.model}, ${flagged} anomalous at a promised ${summary.promised_rate}.`,
        );
    } else if (json) {
      printJson({
        ...summary,
        scores: rows.ids.map((id, i) => ({
          id,
          score: rows.score[i],
          p_value: rows.pValue[i],
          threshold: rows.threshold.rate,
          anomalous: rows.anomalous[i] === 1,
        })),
      });
    } else for (const line of scoreCsv(rows)) process.stdout.write(line);
  } finally {
    progress.stop();
  }
}
