import { type SeriesFrame, VedetteError } from '../../core/index.ts';
import {
  evaluateForecast,
  evaluateSeriesDetector,
  type ForecastErrors,
  readSeries,
  type SeriesEvaluation,
} from '../../training/series/index.ts';
import { type ModsOptions, modsSelection } from '../commands/mods-options.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { loadForecast } from './forecast.ts';
import { comparisonLines } from './forecast-comparison.ts';

interface SeriesOptions extends CommonOptions, ModsOptions {
  readonly data: readonly string[];
  readonly label?: string;
  readonly learn?: number;
  readonly trainedOn?: readonly string[];
}

const LEARNT_SHARE = 0.4;
const LABELS = ['anomaly', 'label', 'Label', 'labels', 'is_anomaly'];

/** A forecast model on data it has not seen, beside last value, seasonal naive and ridge. */
export async function evaluateForecastModel(reference: string, options: SeriesOptions): Promise<void> {
  const { name, model, selection } = await loadForecast(options, reference);
  for (const { name: input, frame } of await readSeries(options.data, { ...selection, ...modsSelection(options) })) {
    const evaluation = await evaluateForecast(model, frame);
    const [own, ...others] = evaluation.forecasters;
    if (own === undefined) continue;
    const rounded = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(6)));
    if (options.output === 'json') {
      const figures = ({ smape, mase }: { readonly smape: readonly number[]; readonly mase: readonly number[] }) => ({
        smape: rounded(smape),
        mase: rounded(mase),
      });
      const { origins, promisedCoverage } = evaluation;
      const perChannel = ({ channels }: ForecastErrors) =>
        Object.fromEntries(Object.entries(channels).map(([name, { coverage, ...errors }]) => [name, { ...figures(errors), coverage }]));
      printJson({
        model: name,
        input,
        metrics: { ...figures(own), coverage: own.coverage, promised_coverage: promisedCoverage, origins },
        channels: perChannel(own),
        baselines: Object.fromEntries(others.map((one) => [one.name.replaceAll(' ', '_'), { ...figures(one), channels: perChannel(one) }])),
      });
      continue;
    }
    print(`${name} on ${input}, ${evaluation.origins.toLocaleString('en')} origins, 1 to ${model.steps} steps ahead, SMAPE in %`);
    for (const line of comparisonLines([{ ...own, name: `${name} (${own.name})` }, ...others], model.steps)) print(line);
    print(`  intervals made for ${(100 * evaluation.promisedCoverage).toFixed(0)} % held ${(100 * (own.coverage ?? 0)).toFixed(1)} %`);
  }
}

/** A detector of readings on labelled readings, beside trivial baselines. */
export async function evaluateDetector(detector: string, options: SeriesOptions): Promise<void> {
  const before = options.trainedOn === undefined ? [] : await readSeries(options.trainedOn);
  for (const { name: input, frame: whole } of await readSeries(options.data)) {
    const { frame, labels } = labelled(whole, options.label);
    const normal = before[0] === undefined ? undefined : labelled(before[0].frame, undefined, true).frame;
    const joined = normal === undefined ? frame : followed(normal, frame);
    const learnt = options.learn ?? normal?.rows ?? Math.floor(frame.rows * LEARNT_SHARE);
    const allLabels = normal === undefined ? labels : Float64Array.from([...new Float64Array(normal.rows), ...labels]);
    const { metrics, baselines } = await evaluateSeriesDetector(detector, joined, allLabels, { learnt, seed: options.seed });
    if (options.output === 'json') {
      printJson({ detector, input, learnt_rows: learnt, judged_rows: joined.rows - learnt, metrics, baselines });
      continue;
    }
    print(
      `${detector} on ${input}: learnt from ${learnt.toLocaleString('en')} rows, ${(joined.rows - learnt).toLocaleString('en')} judged`,
    );
    show(detector, metrics);
    for (const [name, figures] of Object.entries(baselines)) show(name, figures);
    print('  At the threshold from the rows learnt from:');
    print(
      `    ${metrics.events_found} of ${metrics.events} events, ${metrics.false_episodes} false episodes, F1 ${metrics.f1.toFixed(3)}, false alarms ${(100 * metrics.false_positive_rate).toFixed(2)} %, median warning ${figure(metrics.minutes_of_warning, 1)} minutes before an event ends`,
    );
  }
}

function show(name: string, { vus_pr, pr_auc, roc_auc, nab, event_recall_at_1_percent }: SeriesEvaluation): void {
  print(
    `  ${name.padEnd(28)} VUS-PR ${figure(vus_pr, 3)}  PR-AUC ${figure(pr_auc, 3)}  ROC-AUC ${figure(roc_auc, 3)}  NAB ${figure(nab, 1)}  events at 1 % ${figure(event_recall_at_1_percent, 2)}`,
  );
}

function figure(value: number, digits: number): string {
  return Number.isFinite(value) ? value.toFixed(digits) : '-';
}

function labelled(frame: SeriesFrame, label: string | undefined, optional = false): { frame: SeriesFrame; labels: Float64Array } {
  const name = label ?? LABELS.find((one) => frame.channels.includes(one));
  const at = name === undefined ? -1 : frame.channels.indexOf(name);
  if (at < 0 && !optional) {
    throw new VedetteError('USAGE', `the data have no label column ${name ?? ''}`.trimEnd(), {
      hint: `Name it with --label; the columns are ${frame.channels.slice(0, 20).join(', ')}.`,
    });
  }
  const kept = frame.channels.flatMap((channel, c) => (c === at || channel === 'changepoint' ? [] : [c]));
  return {
    labels: at < 0 ? new Float64Array(frame.rows) : (frame.values[at] as Float64Array),
    frame: { ...frame, channels: kept.map((c) => frame.channels[c] as string), values: kept.map((c) => frame.values[c] as Float64Array) },
  };
}

/** The rows of one frame after those of another, whose times are moved to just before. */
function followed(normal: SeriesFrame, frame: SeriesFrame): SeriesFrame {
  const shift = (frame.times[0] as number) - frame.step - (normal.times[normal.rows - 1] as number);
  const values = frame.channels.map((channel, c) => {
    const before = normal.values[normal.channels.indexOf(channel)];
    if (before !== undefined) return Float64Array.from([...before, ...(frame.values[c] as Float64Array)]);
    throw new VedetteError('MODEL_MISMATCH', `--trained-on has no channel ${channel}`, {
      hint: `it has ${normal.channels.slice(0, 20).join(', ')}`,
    });
  });
  return {
    ...frame,
    rows: normal.rows + frame.rows,
    times: Float64Array.from([...normal.times.map((time) => time + shift), ...frame.times]),
    values,
  };
}
