import { TemplateNames } from '../../alerts/index.ts';
import type { SourceConfig } from '../../config/index.ts';
import {
  type FeatureRunner,
  isSeriesModel,
  type LogBatch,
  type Micros,
  pointsOf,
  type RecordBatch,
  type SeriesModel,
  type SeriesPoints,
} from '../../core/index.ts';
import { FeatureSeries } from '../../features/index.ts';
import type { OffRecords } from '../time/sender-clocks.ts';
import { laneBlobs, restoreLane } from './blobs.ts';
import { limitFinding } from './device-findings.ts';
import { findingOf } from './finding.ts';
import type { Finding, Lane, LaneEvents, LaneOutput } from './lane.ts';
import type { LaneScorer } from './lane-scorer.ts';
import type { LiveSeries, LiveSeriesRow } from './live-series.ts';
import { NamedSeries } from './named-series.ts';
import { restoreDetector } from './restore-detector.ts';
import { TemplateCodes } from './template-codes.ts';
import type { WindowModel } from './window-model.ts';

/** A declared feature whose figures are series, and the detector that forecasts them. */
export interface Measure {
  readonly runner: FeatureRunner;
  readonly scorer: LaneScorer;
}

interface Running extends Measure {
  readonly series: FeatureSeries;
  readonly model: SeriesModel | undefined;
  readonly live: NamedSeries;
  changed: boolean;
}

/**
 * A lane whose events are measured besides: each aggregate of each key of a declared feature is a series, forecast like readings.
 * Each feature has a detector of its own, so that what one says never depends on where another's windows fall between batches.
 * Registered models of windows judge those of the feature they learnt from.
 */
export class MeasuredLane implements Lane {
  readonly series: LiveSeries;
  private readonly lane: Lane;
  private readonly measures: readonly Running[];
  private readonly models: readonly WindowModel[];
  private readonly codes = new TemplateCodes();

  constructor(lane: Lane, measures: readonly Measure[], maxSeries: number, models: readonly WindowModel[] = []) {
    this.lane = lane;
    this.models = models;
    this.measures = measures.map(({ runner, scorer }) => {
      const detector: object = scorer.detector;
      const model = isSeriesModel(detector) ? detector : undefined;
      const series = new FeatureSeries(maxSeries);
      return { runner, scorer, series, model, live: new NamedSeries(lane.source.name, series, model), changed: false };
    });
    const all = [...(lane.series === undefined ? [] : [lane.series]), ...this.measures.map(({ live }) => live)];
    this.series = {
      rows: () => this.inWords(all.flatMap((one) => one.rows())),
      find: (id) => this.inWords(all.flatMap((one) => one.find(id) ?? []))[0],
      forecast: (id, steps) => all.map((one) => one.forecast(id, steps)).find((points) => points.length > 0) ?? [],
    };
  }

  get scorers(): readonly LaneScorer[] {
    return [...this.lane.scorers, ...this.owner.scorers];
  }

  get source(): SourceConfig {
    return this.lane.source;
  }

  get rules(): Lane['rules'] {
    return this.lane.rules;
  }

  get counters(): Lane['counters'] {
    return this.lane.counters;
  }

  get ownCounters(): Lane['ownCounters'] {
    const sum = (of: (one: Running) => number): number => this.measures.reduce((total, one) => total + of(one), 0);
    return {
      ...this.lane.ownCounters,
      series: sum(({ series }) => series.slots.length),
      refusedReadings: sum(({ series }) => series.refused.readings),
      lateWindows: sum(({ series }) => series.late),
      evictedWindows: sum(({ runner }) => runner.counters().evicted ?? 0),
    };
  }

  get offClocks(): readonly OffRecords[] {
    return this.lane.offClocks ?? [];
  }

  get watermark(): Lane['watermark'] {
    return this.lane.watermark;
  }

  get generations(): Lane['generations'] {
    return this.lane.generations;
  }

  get feature(): string {
    const names = this.measures.map(({ runner }) => runner.name).join(', ');
    const refused = this.measures.flatMap(({ series }) => series.refused.names);
    const left = refused.length === 0 ? '' : `; more series than maxSeries, left out: ${refused.join(', ')}`;
    return `${[this.lane.feature, `series of ${names}`].filter((text) => text !== '').join('; ')}${left}`;
  }

  async process(records: RecordBatch): Promise<LaneOutput> {
    const output = await this.lane.process(records);
    this.add(output.events);
    return this.measured(output);
  }

  async retry(records: RecordBatch): Promise<LaneOutput> {
    const output = await this.lane.retry(records);
    this.add(output.events);
    return this.measured(output);
  }

  async elapse(now: Micros): Promise<LaneOutput> {
    const output = await this.lane.elapse(now);
    this.add(output.events);
    const { value } = this.lane.watermark;
    if (Number.isFinite(value)) {
      for (const { runner } of this.measures) runner.advance(value);
      for (const model of this.models) model.advance(value);
    }
    return this.measured(output);
  }

  async end(): Promise<LaneOutput> {
    const output = await this.lane.end();
    this.add(output.events);
    for (const { runner } of this.measures) runner.finish();
    for (const model of this.models) model.finish();
    return this.measured(output);
  }

  async close(): Promise<void> {
    await this.lane.close?.();
    await Promise.all(this.measures.map(({ scorer }) => scorer.close?.()));
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    const own: Record<string, Uint8Array> = {};
    for (const measure of this.measures) {
      if (!measure.changed) continue;
      measure.changed = false;
      own[`measures/${measure.runner.name}/windows`] = measure.runner.snapshot();
      own[`measures/${measure.runner.name}/series`] = measure.series.snapshot();
      own['measures/templates'] = this.codes.snapshot();
    }
    for (const model of this.models) {
      const windows = model.changed ? model.snapshot() : undefined;
      if (windows !== undefined) own[modelBlob(model)] = windows;
    }
    return { ...(await this.lane.snapshot()), ...(await laneBlobs(this.owner, own)) };
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    await this.lane.restore(blobs);
    const own = await restoreLane(this.owner, blobs);
    const templates = own['measures/templates'];
    if (templates !== undefined) this.codes.restore(templates);
    for (const { runner, series, scorer } of this.measures) {
      const [windows, slots] = [own[`measures/${runner.name}/windows`], own[`measures/${runner.name}/series`]];
      if (windows !== undefined) await restoreDetector(runner, windows, scorer.options);
      if (slots !== undefined) series.restore(slots);
    }
    for (const model of this.models) {
      const windows = own[modelBlob(model)];
      if (windows !== undefined) await model.restore(windows);
    }
  }

  private get owner() {
    const scorers = [...this.measures, ...this.models].map(({ scorer }) => scorer);
    return { source: this.lane.source, scorers, rules: [] };
  }

  /** What closed windows bring, beside the lane's own output. */
  private async measured(output: LaneOutput): Promise<LaneOutput> {
    const findings: Finding[] = [...output.findings];
    const points: SeriesPoints[] = [...(output.points ?? [])];
    const { templates = [] } = this.lane;
    const names = new TemplateNames(templates);
    const inName = (column: string, value: string) => (column === 'template' ? (this.codes.idOf(Number(value)) ?? value) : value);
    for (const measure of this.measures) {
      const windows = measure.runner.take();
      const batch = windows && measure.series.rows(windows, inName);
      if (batch === undefined) continue;
      measure.changed = true;
      const { scorer, model, runner } = measure;
      for (const flagged of await scorer.take(batch)) findings.push(findingOf(scorer, flagged, runner.name, names));
      points.push(pointsOf(this.source.name, batch, scorer.lastScores));
      for (const warning of model?.takeWarnings() ?? [])
        findings.push(limitFinding(scorer.options, warning, scorer.isLearning?.(warning.at) === true));
    }
    for (const model of this.models) findings.push(...(await model.judge()));
    return { ...output, findings, points };
  }

  private inWords(rows: readonly LiveSeriesRow[]): readonly LiveSeriesRow[] {
    const { templates = [] } = this.lane;
    const names = new TemplateNames(templates);
    return templates.length === 0 ? rows : rows.map((row) => ({ ...row, title: names.in(row.name) }));
  }

  private add(events: readonly LaneEvents[]): void {
    for (const { batch: stored, judged: batch = stored, templateIds } of events) {
      for (const model of this.models) model.add(batch);
      const measuring = this.measures.filter(({ runner }) => runner.reads === batch.kind);
      if (measuring.length === 0) continue;
      const lasting = batch.kind === 'log' && templateIds !== undefined ? this.codes.lasting(batch as LogBatch, templateIds) : batch;
      for (const measure of measuring) {
        measure.runner.add(lasting);
        measure.changed = true;
      }
    }
  }
}

function modelBlob({ scorer }: WindowModel): string {
  return `models/${scorer.options.detector}/windows`;
}
