import { type FindingKind, severityOf } from '../../alerts/index.ts';
import {
  type Detection,
  type EvidenceLine,
  formatMicros,
  knownTime,
  type LabelledRow,
  type LogBatch,
  stableId,
  type Template,
} from '../../core/index.ts';
import type { StreamFinding, StreamSummary } from '../stream-findings.ts';
import { measureText } from './measure.ts';
import { type MeasuredValue, MeasuredValues } from './measured-values.ts';
import { type Judged, KEPT, ValueHistory } from './value-history.ts';

export const NUMBERS = 'numbers';
/** Series that are followed; values of further ones are not judged. */
const MOST_SERIES = 4096;
/** Told values that are kept of a series until the end, when it is known how many values were judged. */
const MOST_EPISODES = 50;
const MOST_LINES = 10;
/** Values of a series between two that are told, up to which they are one finding. */
const APART = 100;
/** A value is set aside, to be told or not, where one in so many is as large. */
const SET_ASIDE = 1e-4;
/** A label speaks for values up to so many times the labelled one. */
const LIKE_LABELLED = 2;
/** Smaller ones are not worth a look, however unusual: seconds, bytes. */
const LEAST_TOLD: Readonly<Record<string, number>> = { s: 0.1, B: 1e6 };
const KIND: FindingKind = 'parameter';

interface Episode {
  readonly first: MeasuredValue;
  readonly judged: Judged;
  readonly start: number;
  end: number;
  /** Place of the last told value among the values of the series. */
  last: number;
  count: number;
  largest: number;
  pValue: number;
  readonly evidence: EvidenceLine[];
}

interface Series {
  readonly history: ValueHistory;
  /** Values judged, told ones included. */
  values: number;
  readonly episodes: Episode[];
}

/**
 * Durations, sizes and counts in lines, each template's against its own history: what is far larger than any before it. The promise holds for each
 * series as a whole: p-values count as many times as it has values (Bonferroni).
 */
export class NumberAnalysis {
  private readonly source: string;
  private readonly promise: number;
  private readonly measured = new MeasuredValues();
  private readonly series = new Map<string, Series>();
  /** Largest value of each series that a label calls normal. */
  private readonly normal = new Map<string, number>();
  private baselineSeries: number | undefined;

  constructor(source: string, promise: number, labels: readonly LabelledRow[]) {
    this.source = source;
    this.promise = promise;
    for (const { verdict, row } of labels) {
      if (verdict === 'true-positive') continue;
      const [name, value] = JSON.parse(new TextDecoder().decode(row)) as [string, number];
      this.normal.set(name, Math.max(value * LIKE_LABELLED, this.normal.get(name) ?? 0));
    }
  }

  /** What is normal. */
  learn(batch: LogBatch, templates: readonly Template[]): void {
    this.measured.visit(batch, templates, ({ series, whole, value }) => {
      for (const name of [series, whole]) if (name !== undefined) this.seriesOf(name)?.history.add(value);
    });
  }

  learnt(): void {
    this.baselineSeries = [...this.series.values()].filter(({ history }) => history.judges).length;
  }

  add(batch: LogBatch, templates: readonly Template[]): void {
    this.measured.visit(batch, templates, (measured) => {
      const own = this.seriesOf(measured.series);
      const whole = measured.whole === undefined ? undefined : this.seriesOf(measured.whole);
      // A template with few lines is judged by all of them.
      const judging = own?.history.judges === true || whole === undefined ? own : whole;
      if (own !== undefined) this.judge(own, own === judging, measured, batch);
      if (whole !== undefined) this.judge(whole, whole === judging, measured, batch);
    });
  }

  private judge(series: Series, isTold: boolean, measured: MeasuredValue, batch: LogBatch): void {
    series.values++;
    const judged = series.history.take(measured.value, SET_ASIDE);
    if (judged !== undefined && isTold) this.tell(series, measured, judged, batch);
  }

  private seriesOf(name: string): Series | undefined {
    let series = this.series.get(name);
    if (series === undefined && this.series.size < MOST_SERIES) {
      series = { history: new ValueHistory(), values: 0, episodes: [] };
      this.series.set(name, series);
    }
    return series;
  }

  private tell(series: Series, measured: MeasuredValue, judged: Judged, batch: LogBatch): void {
    const { row, value } = measured;
    if (value <= (this.normal.get(measured.series) ?? 0) || value < (LEAST_TOLD[measured.unit] ?? 0)) return;
    const time = knownTime(batch.time[row] as number);
    const line: EvidenceLine = {
      input: batch.origin.input,
      line: batch.origin.line[row] as number,
      offset: batch.origin.offset[row] as number,
      length: batch.origin.length[row] as number,
      ...(Number.isNaN(time) ? {} : { time }),
    };
    const open = series.episodes.at(-1);
    if (open !== undefined && open.first.series === measured.series && series.values - open.last <= APART) {
      open.count++;
      open.last = series.values;
      open.end = time;
      open.largest = Math.max(open.largest, value);
      open.pValue = Math.min(open.pValue, judged.pValue);
      if (open.evidence.length < MOST_LINES) open.evidence.push(line);
      return;
    }
    if (series.episodes.length >= MOST_EPISODES) return;
    const { pValue } = judged;
    const last = series.values;
    series.episodes.push({ first: measured, judged, start: time, end: time, last, count: 1, largest: value, pValue, evidence: [line] });
  }

  summary(): StreamSummary {
    const judged = [...this.series.values()].filter(({ history, values }) => values > 0 && history.judges);
    const findings: StreamFinding[] = [];
    const scores: number[] = [];
    let flagged = 0;
    for (const { episodes, values } of judged) {
      const told = episodes.filter(({ pValue }) => pValue * values <= this.promise);
      scores.push(told.length === 0 ? 0 : Math.max(...told.map(({ pValue }) => -Math.log(pValue * values))));
      if (told.length > 0) flagged++;
      for (const episode of told) findings.push(this.finding(episode, Math.min(1, episode.pValue * values)));
    }
    findings.sort((a, b) => b.score - a.score || (a.detection.id < b.detection.id ? -1 : 1));
    return {
      name: NUMBERS,
      unit: 'measure',
      scores: Float64Array.from(scores),
      ...(this.baselineSeries === undefined ? {} : { baselineRows: this.baselineSeries }),
      scored: judged.length,
      flagged,
      findings,
    };
  }

  private finding({ first, judged, start, end, count, largest, evidence }: Episode, pValue: number): StreamFinding {
    const { series, measure, unit, template, value } = first;
    const score = -Math.log(Math.max(pValue, 1e-300));
    const say = (number: number) => measureText(number, unit);
    const subject = `${measure.name} in "${template.text}"`;
    const usual = `${say(judged.low)} to ${say(judged.high)}`;
    const times = count === 1 ? '' : `, and ${count - 1} more like it${largest > value ? `, up to ${say(largest)}` : ''}`;
    const what = `${say(value)} where ${usual} are usual: ${subject}${times}.`;
    const detection: Omit<Detection, 'lineage'> = {
      id: stableId('detection', this.source, NUMBERS, series, formatMicros(start), `${evidence[0]?.line}`),
      detector: NUMBERS,
      source: this.source,
      key: series,
      entity: this.source,
      start,
      end,
      score,
      pValue,
      threshold: this.promise,
      extrapolated: true,
      severity: severityOf(pValue, KIND, judged.before),
      title: what,
      techniques: [],
      explanation: {
        what,
        why: `${judged.before.toLocaleString('en')} values came before it. Of the last ${Math.min(judged.before, KEPT).toLocaleString('en')} of them 98 in 100 lay between ${say(judged.low)} and ${say(judged.high)}, and none at all was a third as large.`,
        harmless: [
          'A job or a request that is seldom made and takes or holds much.',
          'Another unit or meaning of the number since a new version.',
        ],
        next: [
          'Look at the lines, and at what the same host did before them.',
          'Compare with the load, the database and the network at that time.',
        ],
        contributions: [{ subject, observed: say(largest), expected: usual, share: 1, seenBefore: 0 }],
        evidence,
      },
      evidence,
    };
    return { score, row: new TextEncoder().encode(JSON.stringify([series, largest])), detection };
  }
}
