import { binomialInterval, CalibrationHistory, severityOf, smallestRate, WINDOW_HISTORY } from '../../alerts/index.ts';
import { type Detection, type Lineage, sha256Hex, stableId } from '../../core/index.ts';
import type { ReportDetector, ReportWarning } from '../../sinks/report/index.ts';
import {
  cleanFlows,
  explainTableFlow,
  fitTableAlarm,
  packTableAlarm,
  placeOf,
  readFlows,
  type ScoredWindow,
  scoreTableWindows,
  type TableAlarm,
} from '../../training/flows/index.ts';

/** An alarm of flows with where it was learnt. */
export interface LearntTableAlarm {
  readonly alarm: TableAlarm;
  /** `name@version`, or the baseline's names. */
  readonly name: string;
  readonly sha256: string;
  readonly learntFrom: 'baseline' | 'model';
}

export interface TableAlarms {
  readonly detections: readonly Detection[];
  readonly report: ReportDetector;
  readonly warnings: readonly ReportWarning[];
}

/** Most rows held in memory. */
const MOST_ROWS = 2_000_000;
const ROWS_NAMED = 5;
const ROWS_SHOWN = 20;

/** Learns from the flows of a baseline; those it labels as attacks are known ones. */
export async function learnTableAlarm({
  baseline,
  seed,
}: {
  readonly baseline: readonly string[];
  readonly seed: number;
}): Promise<LearntTableAlarm> {
  const table = await readFlows(baseline, { maxRows: MOST_ROWS });
  const alarm = await fitTableAlarm(table, cleanFlows(table), { seed });
  return { alarm, name: 'learnt-from-baseline', sha256: sha256Hex(packTableAlarm(alarm)), learntFrom: 'baseline' };
}

/**
 * Unknown attacks in a table of flows: the score A of each source and destination, in order of time, against a calibration that
 * rolls on with the windows seen.
 */
export async function tableAlarms(
  path: string,
  { alarm, name, sha256, learntFrom }: LearntTableAlarm,
  context: { readonly source: string; readonly promise: number; readonly lineage: Lineage },
): Promise<TableAlarms> {
  const { source, promise } = context;
  const table = await readFlows([path], { maxRows: MOST_ROWS });
  const windows = (await scoreTableWindows(alarm, table)).sort((a, b) => a.start - b.start || (a.key < b.key ? -1 : 1));
  const history = CalibrationHistory.fromScores(alarm.calibration.windows, WINDOW_HISTORY);
  const lineage = { ...context.lineage, feature: 'flow-windows', model: name, modelSha256: sha256 };
  const detections: Detection[] = [];
  for (const window of windows) {
    const { pValue: value, extrapolated } = history.pValue(window.statistic);
    const id = stableId('detection', source, 'flow-alarm', window.key, window.start);
    const flagged = value <= promise;
    history.add(window.statistic, promise, flagged ? id : undefined);
    if (!flagged) continue;
    const rows = [window.strangest, ...window.rows.filter((row) => row !== window.strangest)].slice(0, ROWS_SHOWN);
    const explanation = {
      ...explainTableFlow(alarm, table, window.strangest, describeWindow(window, table.keys)),
      evidence: rows.map((row) => placeOf(table, row)),
    };
    detections.push({
      id,
      detector: 'flow-alarm',
      source,
      key: window.key,
      entity: window.source === '' ? source : window.source,
      ...(window.destination === '' ? {} : { related: [window.destination] }),
      start: window.start,
      end: window.end,
      score: window.statistic,
      pValue: value,
      threshold: promise,
      extrapolated,
      severity: severityOf(value, 'sequence', history.calibration.sorted.length),
      title: explanation.what,
      techniques: [],
      explanation,
      evidence: explanation.evidence,
      lineage,
    });
  }
  const calibrated = alarm.calibration.windows.length;
  const report: ReportDetector = {
    name: 'flow-alarm',
    summary: 'how unlike learnt flows those of a source and a destination are within half an hour',
    unit: 'window',
    learntFrom,
    learntFromName: name,
    model: name,
    modelSha256: sha256,
    learntRows: alarm.rows,
    learntStart: Number.isFinite(alarm.from) ? alarm.from : Number.NaN,
    learntEnd: Number.isFinite(alarm.to) ? alarm.to : Number.NaN,
    calibrationSize: calibrated,
    promisedRate: promise,
    extrapolated: promise < smallestRate(calibrated),
    threshold: -Math.log(promise),
    scored: windows.length,
    flagged: detections.length,
    observedInterval: windows.length === 0 ? null : binomialInterval(detections.length, windows.length),
    scores: Float64Array.from(windows, ({ statistic }) => statistic),
  };
  const text = `Unknown attacks: ${detections.length.toLocaleString('en')} of ${windows.length.toLocaleString('en')} windows of a source and a destination at a promised ${promise}, calibrated on ${calibrated.toLocaleString('en')} windows of benign flows and on from there with those seen${promise < smallestRate(calibrated) ? '; so few resolve no such rate, it is extrapolated' : ''}.`;
  return {
    warnings: [{ code: 'flow-alarm', text }],
    detections: detections.sort((a, b) => a.pValue - b.pValue || b.score - a.score),
    report,
  };
}

function describeWindow({ source, destination, rows }: ScoredWindow, keys: readonly string[]): string {
  const named = rows.slice(0, ROWS_NAMED).map((row) => (keys[row] as string).split(':').at(-1));
  const lines = `line${named.length === 1 ? '' : 's'} ${named.join(', ')}${rows.length > ROWS_NAMED ? ', …' : ''}`;
  const who =
    source === '' ? 'A flow' : `${rows.length} flow${rows.length === 1 ? '' : 's'} from ${source} to ${destination} within half an hour`;
  return `${who} (${lines})`;
}
