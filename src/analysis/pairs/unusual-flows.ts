import { binomialInterval, CalibrationHistory, severityOf, smallestRate, WINDOW_HISTORY } from '../../alerts/index.ts';
import {
  concatGroups,
  type Detection,
  type Detector,
  type EventBatch,
  type GroupBatch,
  type LabelledRow,
  type Lineage,
  sha256Hex,
  stableId,
} from '../../core/index.ts';
import { PairWindows, pairConfig } from '../../features/index.ts';
import type { ReportDetector, ReportWarning } from '../../sinks/report/index.ts';
import { createDetector } from '../../training/index.ts';
import type { Finding } from '../detections.ts';
import { selfPValues, selfThreshold } from '../self-calibration.ts';

/** What ordinary windows of a source and a destination look like, from other input. */
export interface LearntPairs {
  readonly detector: Detector<GroupBatch>;
  readonly calibration: Float64Array;
  readonly rows: number;
  readonly from: number;
  readonly to: number;
  readonly sha256: string;
  readonly names: string;
}

export interface UnusualFlowsOptions {
  readonly promise: number;
  readonly seed: number;
  readonly labels: (detector: string) => Promise<readonly LabelledRow[]>;
  readonly baseline?: LearntPairs;
}

export interface UnusualFlowsResult {
  readonly findings: readonly Finding[];
  readonly report?: ReportDetector;
  readonly warnings: readonly ReportWarning[];
}

export const PAIR_DETECTOR = 'flow-alarm';
/** With fewer windows an input does not tell what is usual in it. */
export const LEAST_WINDOWS = 300;
const MOST_WINDOWS = 100_000;
const LONGEST_LATE = '365d';

/** Flows of one finite input, gathered into windows and judged once it ends: by a baseline, else by one another. */
export class UnusualFlows {
  readonly #options: UnusualFlowsOptions;
  readonly #windows = new PairWindows(pairConfig.parse({ lateness: LONGEST_LATE, maxPairs: MOST_WINDOWS }));

  constructor(options: UnusualFlowsOptions) {
    this.#options = options;
  }

  take(batch: EventBatch): void {
    this.#windows.add(batch);
  }

  /** All windows; undefined without one. */
  windows(): GroupBatch | undefined {
    this.#windows.finish();
    return this.#windows.take();
  }

  async finish(source: string, lineage: Lineage): Promise<UnusualFlowsResult> {
    const windows = this.windows();
    const { baseline } = this.#options;
    if (windows === undefined) return { findings: [], warnings: [] };
    if (baseline === undefined && windows.rows < LEAST_WINDOWS) {
      const text = `Unknown attacks: ${windows.rows.toLocaleString('en')} windows of a source and a destination are too few to tell what is usual here (${LEAST_WINDOWS} are needed); give ordinary traffic with --baseline.`;
      return { findings: [], warnings: [{ code: 'flow-alarm', text }] };
    }
    const judged = baseline === undefined ? await this.#bySelf(windows) : await this.#byBaseline(windows, baseline);
    return this.#told(source, windows, judged, {
      ...lineage,
      feature: 'flow-windows',
      model: judged.name,
      modelSha256: judged.learnt.sha256,
    });
  }

  async #bySelf(windows: GroupBatch): Promise<Judged> {
    const { detector } = await createDetector(PAIR_DETECTOR, {}, this.#options.seed);
    const own = detector as unknown as Detector<GroupBatch>;
    const { calibration, rows, from, to } = await own.fit(windows);
    const sha256 = sha256Hex(await own.snapshot());
    const statistic = await this.#labelled(own, windows, calibration);
    const { pValue, ...tail } = selfPValues(statistic);
    const smallest = smallestRate(calibration.length);
    return {
      learnt: { detector: own, calibration, rows, from, to, sha256, names: '' },
      name: 'learnt-from-input',
      statistic,
      pValue,
      extrapolated: pValue.map((p) => (p < smallest ? 1 : 0)),
      threshold: selfThreshold(this.#options.promise, tail),
    };
  }

  async #byBaseline(windows: GroupBatch, learnt: LearntPairs): Promise<Judged> {
    const { promise, labels } = this.#options;
    learnt.detector.applyLabels(await labels(PAIR_DETECTOR));
    const statistic = (await learnt.detector.score(windows)).score;
    const history = CalibrationHistory.fromScores(learnt.calibration, WINDOW_HISTORY);
    const pValue = new Float64Array(windows.rows);
    const extrapolated = new Float64Array(windows.rows);
    for (const [row, score] of statistic.entries()) {
      const own = history.pValue(score);
      pValue[row] = own.pValue;
      extrapolated[row] = own.extrapolated ? 1 : 0;
      history.add(score, promise, own.pValue <= promise ? String(row) : undefined);
    }
    return { learnt, name: 'learnt-from-baseline', statistic, pValue, extrapolated, threshold: -Math.log(promise) };
  }

  /** Labels lower scores as they would those of a fresh scoring. */
  async #labelled(detector: Detector<GroupBatch>, windows: GroupBatch, unseen: Float64Array): Promise<Float64Array> {
    const labels = await this.#options.labels(PAIR_DETECTOR);
    if (labels.length === 0) return unseen;
    const before = (await detector.score(windows)).score;
    detector.applyLabels(labels);
    const after = (await detector.score(windows)).score;
    return unseen.map((score, row) => ((after[row] as number) < (before[row] as number) ? Math.min(score, after[row] as number) : score));
  }

  async #told(source: string, windows: GroupBatch, judged: Judged, lineage: Lineage): Promise<UnusualFlowsResult> {
    const { promise } = this.#options;
    const { learnt, statistic, pValue, extrapolated } = judged;
    const n = learnt.calibration.length;
    const flagged = Array.from(pValue.keys()).filter((row) => (pValue[row] as number) <= promise);
    flagged.sort((a, b) => (pValue[a] as number) - (pValue[b] as number) || a - b);
    const findings: Finding[] = [];
    for (const row of flagged.slice(0, MOST_TOLD)) {
      const explanation = await learnt.detector.explain(windows, row);
      const [key, start] = [windows.keys[row] as string, windows.start[row] as number];
      const detection: Detection = {
        id: stableId('detection', source, PAIR_DETECTOR, key, start),
        detector: PAIR_DETECTOR,
        source,
        key,
        entity: windows.entities[row] as string,
        related: [windows.related[row] as string],
        start,
        end: windows.end[row] as number,
        score: statistic[row] as number,
        pValue: pValue[row] as number,
        threshold: promise,
        extrapolated: extrapolated[row] === 1,
        severity: severityOf(pValue[row] as number, 'novelty', n),
        title: explanation.what,
        techniques: [],
        explanation,
        evidence: explanation.evidence,
        lineage,
      };
      findings.push({ detection, row: learnt.detector.describe(windows, row) });
    }
    return {
      findings,
      report: this.#report(windows, judged, flagged.length),
      warnings: [this.#warning(windows.rows, judged, flagged.length)],
    };
  }

  #report({ rows }: GroupBatch, { learnt, name, statistic, threshold }: Judged, flagged: number): ReportDetector {
    const { promise, baseline } = this.#options;
    return {
      name: PAIR_DETECTOR,
      summary: 'how unlike ordinary flows those of a source and a destination are within half an hour',
      unit: 'window',
      learntFrom: baseline === undefined ? 'input' : 'baseline',
      ...(baseline === undefined ? {} : { learntFromName: baseline.names }),
      model: name,
      modelSha256: learnt.sha256,
      learntRows: learnt.rows,
      learntStart: learnt.from,
      learntEnd: learnt.to,
      calibrationSize: learnt.calibration.length,
      promisedRate: promise,
      extrapolated: promise < smallestRate(learnt.calibration.length),
      threshold,
      scored: rows,
      flagged,
      observedInterval: binomialInterval(flagged, rows),
      scores: statistic,
    };
  }

  #warning(rows: number, { learnt }: Judged, flagged: number): ReportWarning {
    const { promise, baseline } = this.#options;
    const n = learnt.calibration.length;
    const from = baseline === undefined ? 'of this input, each by a fit that had not seen it' : `of ${baseline.names}`;
    const coarse = promise < smallestRate(n) ? '; so few resolve no such rate, it is extrapolated' : '';
    const left = this.#windows.counters().pairs_not_judged ?? 0;
    const unjudged = left > 0 ? ` ${left.toLocaleString('en')} flows of further pairs were not judged.` : '';
    return {
      code: 'flow-alarm',
      text: `Unknown attacks: ${flagged.toLocaleString('en')} of ${rows.toLocaleString('en')} windows of a source and a destination at a promised ${promise}, calibrated on ${n.toLocaleString('en')} windows ${from}${coarse}.${unjudged}`,
    };
  }
}

/** Findings explained of one input, the rarest first; the rest is counted. */
const MOST_TOLD = 100;

interface Judged {
  readonly learnt: LearntPairs;
  readonly name: string;
  readonly statistic: Float64Array;
  readonly pValue: Float64Array;
  readonly extrapolated: Float64Array;
  readonly threshold: number;
}

/** Fits to the windows of a baseline; undefined where they are too few. */
export async function learnPairs(
  parts: readonly (GroupBatch | undefined)[],
  { seed, names }: { readonly seed: number; readonly names: string },
): Promise<LearntPairs | undefined> {
  const windows = concatGroups(parts.filter((part) => part !== undefined));
  if (windows.rows < LEAST_WINDOWS) return undefined;
  const { detector } = await createDetector(PAIR_DETECTOR, {}, seed);
  const own = detector as unknown as Detector<GroupBatch>;
  const { calibration, rows, from, to } = await own.fit(windows);
  return { detector: own, calibration, rows, from, to, sha256: sha256Hex(await own.snapshot()), names };
}
