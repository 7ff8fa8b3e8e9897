import { binomialInterval, severityOf } from '../../alerts/index.ts';
import { type Detection, type EventBatch, type Explanation, type Lineage, stableId } from '../../core/index.ts';
import { techniquesOf } from '../../detectors/flow-classifier/index.ts';
import { type EventFlows, encodingSchema, eventFlows, lackingColumns, TOLD_KINDS } from '../../features/index.ts';
import type { LoadedModel } from '../../registry/index.ts';
import type { ReportDetector, ReportWarning } from '../../sinks/report/index.ts';
import { type FlowTable, placeOf, predictedCounts, toldTable } from '../../training/flows/index.ts';
import { openFlowModel, type ScoredFlows, scoreFlowModel } from '../../training/index.ts';
import type { Finding } from '../detections.ts';

/** A registered model of flows. */
export interface FlowModel {
  readonly loaded: LoadedModel;
  /** `name@version`. */
  readonly name: string;
}

export interface NamedFlows {
  readonly findings: readonly Finding[];
  readonly report?: ReportDetector;
  readonly warnings: readonly ReportWarning[];
}

const NOTHING: NamedFlows = { findings: [], warnings: [] };
/** Most flows of one input that are named; they are held in memory. */
export const MOST_NAMED = 2_000_000;
/** Flows shown with a finding. */
const SHOWN = 20;
/** Classes named in a sentence. */
const CLASSES = 8;

/** Flow events of one input, gathered for a model; what is beyond `MOST_NAMED` is counted. */
export class GatheredFlows {
  readonly #parts: EventFlows[] = [];
  #rows = 0;
  left = 0;

  take(batch: EventBatch): void {
    if (batch.kind !== 'flow' || batch.rows === 0) return;
    if (this.#rows + batch.rows > MOST_NAMED) {
      this.left += batch.rows;
      return;
    }
    this.#rows += batch.rows;
    this.#parts.push(eventFlows(batch));
  }

  table(input: { readonly name: string; readonly sha256: string }): FlowTable | undefined {
    return this.#rows === 0 ? undefined : toldTable(this.#parts, input);
  }
}

/** As `namedFlows`, of flows that have no more columns than a sensor tells: a model that needs others says so and scores nothing. */
export async function namedSensorFlows(
  gathered: GatheredFlows,
  model: FlowModel,
  input: { readonly name: string; readonly sha256: string },
  context: { readonly promise: number; readonly lineage: Lineage },
): Promise<NamedFlows> {
  const table = gathered.table(input);
  if (table === undefined) return NOTHING;
  const encoding = encodingSchema.safeParse(model.loaded.manifest.features.flows);
  const lacking = encoding.success ? lackingColumns(encoding.data, TOLD_KINDS) : [];
  if (lacking.length > 0) {
    const text = `${model.name} scored none of ${table.rows.toLocaleString('en')} flows: it needs columns that a sensor does not tell (${lacking.join(', ')}).`;
    return { findings: [], warnings: [{ code: 'flow-model', text }] };
  }
  const named = await namedFlows(table, model, { ...context, source: input.name });
  return withLeft(named, model, gathered.left);
}

/** Says how many flows beyond `MOST_NAMED` were not scored. */
export function withLeft(named: NamedFlows, { name }: FlowModel, left: number): NamedFlows {
  if (left === 0) return named;
  const text = `${left.toLocaleString('en')} further flows were not scored by ${name}.`;
  return { ...named, warnings: [...named.warnings, { code: 'flow-model', text }] };
}

/** What a model says of the flows of one input: those that look like an attack, or are unlike learnt ones, by class, source and destination. */
export async function namedFlows(
  table: FlowTable,
  { loaded, name }: FlowModel,
  context: { readonly source: string; readonly promise: number; readonly lineage: Lineage },
): Promise<NamedFlows> {
  const { promise, source } = context;
  const scored = await scoreFlowModel(loaded, table, promise);
  const { detector } = await openFlowModel(loaded, name);
  const { predictions, classifies, benign, batch, calibration } = scored;
  const groups = new Map<string, number[]>();
  for (const [row, { predicted, anomalous }] of predictions.entries()) {
    if (classifies ? predicted === benign : !anomalous) continue;
    const key = `${predicted}\0${table.source[row]}\0${table.destination[row]}`;
    const rows = groups.get(key);
    if (rows === undefined) groups.set(key, [row]);
    else rows.push(row);
  }
  const lineage = { ...context.lineage, feature: 'flows', model: name, modelSha256: loaded.sha256 };
  const findings: Finding[] = [];
  for (const rows of groups.values()) {
    const strongest = rows.reduce((best, row) => ((predictions[row]?.score ?? 0) > (predictions[best]?.score ?? 0) ? row : best));
    const one = predictions[strongest] as (typeof predictions)[number];
    const [from, to] = [table.source[strongest] as string, table.destination[strongest] as string];
    const evidence = [strongest, ...rows.filter((row) => row !== strongest)].slice(0, SHOWN).map((row) => placeOf(table, row));
    const explanation = explained(await detector.explain(batch, strongest), rows.length, from, to, one, classifies);
    const techniques = classifies ? techniquesOf(one.predicted) : [];
    const times = rows.map((row) => table.time[row] as number).filter((time) => !Number.isNaN(time));
    const detection: Detection = {
      id: stableId('detection', source, loaded.manifest.detector, one.predicted, from, to, one.id),
      detector: loaded.manifest.detector,
      source,
      key: `${one.predicted} of ${from} > ${to}`,
      entity: from === '' ? source : from,
      ...(to === '' ? {} : { related: [to] }),
      start: times.length === 0 ? Number.NaN : times.reduce((a, b) => Math.min(a, b)),
      end: times.length === 0 ? Number.NaN : times.reduce((a, b) => Math.max(a, b)),
      score: one.score,
      pValue: one.p_value,
      threshold: promise,
      extrapolated: one.p_value < calibration.smallest_rate,
      severity: severityOf(one.p_value, classifies ? 'outlier' : 'novelty', calibration.rows, one.anomalous ? techniques.length : 0),
      title: explanation.what,
      techniques,
      explanation: { ...explanation, evidence },
      evidence,
      lineage,
    };
    findings.push({ detection, row: detector.describe(batch, strongest) });
  }
  findings.sort((a, b) => a.detection.pValue - b.detection.pValue || b.detection.score - a.detection.score);
  return { findings, report: reportOf(scored, loaded, name, promise), warnings: [{ code: 'flow-model', text: saidOf(scored, name) }] };
}

function explained(
  explanation: Explanation,
  flows: number,
  from: string,
  to: string,
  { predicted, probability, p_value }: ScoredFlows['predictions'][number],
  classifies: boolean,
): Explanation {
  const count = `${flows.toLocaleString('en')} flow${flows === 1 ? '' : 's'}`;
  const who = `${count}${from === '' ? '' : ` from ${from}`}${to === '' ? '' : ` to ${to}`}`;
  if (!classifies) return { ...explanation, what: `${who} ${flows === 1 ? 'is' : 'are'} unlike learnt ones. ${explanation.what}` };
  const sure = probability.toFixed(3);
  return {
    ...explanation,
    what: `${who} ${flows === 1 ? 'looks' : 'look'} like ${predicted} (probability ${sure}).`,
    why: `${explanation.why} p-value ${Number(p_value.toPrecision(3))} among benign flows.`,
    contributions: [
      { subject: predicted, observed: `probability ${sure}`, expected: 'benign', share: 0.5, seenBefore: 0 },
      ...explanation.contributions.map((one) => ({ ...one, share: one.share / 2 })),
    ],
  };
}

/** How many flows of what class, and how often that was right where they are labelled. */
function saidOf({ predictions, classifies, report, calibration, promise }: ScoredFlows, name: string): string {
  const number = (value: number) => value.toLocaleString('en');
  const counts = Object.entries(predictedCounts(predictions));
  const listed = counts.slice(0, CLASSES).map(([label, count]) => `${label} ${number(count)}`);
  const said = `${name} ${classifies ? 'named' : 'scored'} ${number(predictions.length)} flows: ${listed.join(', ')}${counts.length > CLASSES ? ', …' : ''}.`;
  const flagged = predictions.filter(({ anomalous }) => anomalous).length;
  const coarse = promise < calibration.smallest_rate ? ', too few to resolve that: the tail is extrapolated' : '';
  const promised = `${number(flagged)} are flagged at a promised ${promise} of benign flows, calibrated on ${number(calibration.rows)}${coarse}.`;
  if (report === undefined) return `${said} ${promised}`;
  const largest = Math.max(...Object.values(report.per_class).map(({ rows }) => rows)) / report.rows;
  return `${said} ${promised} Accuracy ${report.accuracy.value.toFixed(4)} of ${number(report.rows)} labelled flows (always the largest class: ${largest.toFixed(4)}), macro-F1 ${report.macro_f1.toFixed(4)}.`;
}

function reportOf(
  { predictions, threshold, calibration }: ScoredFlows,
  { manifest, sha256 }: LoadedModel,
  name: string,
  promise: number,
): ReportDetector {
  const flagged = predictions.filter(({ anomalous }) => anomalous).length;
  return {
    name: manifest.detector,
    summary: 'flows that look like what the model knows as an attack, or unlike what it learnt',
    unit: 'flow',
    learntFrom: 'model',
    learntFromName: name,
    model: name,
    modelSha256: sha256,
    learntRows: manifest.data.rows,
    learntStart: manifest.data.from,
    learntEnd: manifest.data.to,
    calibrationSize: calibration.rows,
    promisedRate: promise,
    extrapolated: promise < calibration.smallest_rate,
    threshold,
    scored: predictions.length,
    flagged,
    observedInterval: predictions.length === 0 ? null : binomialInterval(flagged, predictions.length),
    scores: Float64Array.from(predictions, ({ score }) => score),
  };
}
