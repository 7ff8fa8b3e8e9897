import { deserialize, serialize } from 'node:v8';
import { LEARNING_MOST, mostOf, StreamDecisions, VolumeHistory, type VolumeHistoryState } from '../../alerts/index.ts';
import {
  type Detector,
  type FeatureBatch,
  isStepLearner,
  type LabelledRow,
  MICROS_PER_DAY,
  type Micros,
  type ObservationBatch,
  type ScoreBatch,
  type SeriesBatch,
  stableId,
} from '../../core/index.ts';
import { joinScores } from './join-scores.ts';
import { effectOnStream, type FoundAlert, type LabelEffect } from './label-effect.ts';
import type { Flagged, LaneScorer, ScorerOptions, ScorerStatus } from './lane-scorer.ts';
import { restoreDetector } from './restore-detector.ts';
import { sliceRows } from './rows.ts';
import { unitAt } from './unit.ts';

type StreamBatch = ObservationBatch | SeriesBatch;

interface State {
  readonly decisions: ReturnType<StreamDecisions['snapshot']>;
  readonly first: Micros | null;
  readonly last: Micros | null;
  readonly rows: number;
  readonly step: number | null;
  /** Absent in states of before it was kept. */
  readonly begun?: Micros | null;
  /** Absent in states of before they were kept. */
  readonly rated?: number;
  readonly volumes?: VolumeHistoryState;
}

/** Event time a source is watched before what it shows is called known. */
const READY_AFTER = MICROS_PER_DAY;

/**
 * A detector that learns as it goes (`novelty`, `rate`): each row is rated by what came before it, then learnt. Its scores are
 * minus ln of a tail probability; there is nothing to fit first.
 */
export class StreamScorer implements LaneScorer {
  readonly options: ScorerOptions;
  readonly detector: Detector;
  readonly model = 'learnt-as-it-went';
  private readonly decisions: StreamDecisions;
  private first: Micros | undefined;
  private last: Micros | undefined;
  /** Time of the first row that came. */
  private begun: Micros | undefined;
  private rows = 0;
  /** Rows that were rated: the first of each minute of event time notes the volume so far. */
  private rated = 0;
  readonly volumes = new VolumeHistory();
  /** Step of event time that was reached last, where the detector learns step by step. */
  private step: number | undefined;
  changed = false;
  lastScores: ScoreBatch | undefined;

  constructor(detector: Detector, options: ScorerOptions) {
    this.detector = detector;
    this.options = options;
    this.decisions = new StreamDecisions(options.rate);
  }

  /** It has none: what it knows is what its source has shown. */
  async followModel(): Promise<void> {}

  async take(batch: FeatureBatch): Promise<Flagged[]> {
    if ((batch.shape !== 'observations' && batch.shape !== 'series') || batch.rows === 0) return [];
    this.changed = true;
    this.rows += batch.rows;
    this.volumes.forget();
    const found: Flagged[] = [];
    const scores: ScoreBatch[] = [];
    for (let from = 0; from < batch.rows; ) {
      const { to, due } = this.untilStep(batch, from);
      if (to > from) {
        const part = to - from === batch.rows ? batch : sliceRows(batch, from, to);
        const scored = await this.detector.score(part);
        scores.push(scored);
        this.watch(part, scored);
        found.push(...(await this.judge(part, scored)));
        this.detector.observe(part);
      }
      if (due !== undefined) await this.takeStep(due);
      from = to;
    }
    this.lastScores = joinScores(scores);
    return found;
  }

  /** The rows from `from` to the first that reaches a further step, and that step. */
  private untilStep(batch: StreamBatch, from: number): { readonly to: number; readonly due?: number } {
    const { detector } = this;
    if (batch.shape !== 'series' || !isStepLearner(detector) || detector.every === 0) return { to: batch.rows };
    for (let row = from; row < batch.rows; row++) {
      const step = Math.floor((batch.start[row] as number) / detector.every);
      if (Number.isNaN(step)) continue;
      if (this.step === undefined) this.step = step;
      if (step > this.step) return { to: row, due: step };
    }
    return { to: batch.rows };
  }

  private async takeStep(step: number): Promise<void> {
    this.step = step;
    const { detector } = this;
    if (isStepLearner(detector)) await detector.step(step * detector.every);
  }

  private async judge(batch: StreamBatch, scored: ScoreBatch): Promise<Flagged[]> {
    const found: Flagged[] = [];
    const { tenant, source, detector, rate, learningShare } = this.options;
    const promiseAt = (row: number) => (this.isLearningAt(batch, row) ? rate * (learningShare ?? 1) : rate);
    for (const { row, pValue, learnt } of this.decisions.take(batch, scored, promiseAt)) {
      const unit = unitAt(batch, row);
      const id = stableId(tenant, source, detector, unit.key, unit.start);
      found.push({
        id,
        alertId: stableId('alert', tenant, id),
        batch,
        row,
        score: scored.score[row] as number,
        pValue,
        rate: promiseAt(row),
        extrapolated: false,
        calibrationSize: learnt,
        explanation: await this.detector.explain(batch, row),
        description: this.detector.describe(batch, row),
        modelSha256: '',
        at: unit.end,
        ...(learningShare !== undefined && { most: this.isLearningAt(batch, row) ? LEARNING_MOST : mostOf(learnt) }),
      });
    }
    return found;
  }

  /** Whether the row lies within the first day of its source; by rows as they came, so batches do not matter. */
  private isLearningAt(batch: StreamBatch, row: number): boolean {
    return this.isLearning((batch.shape === 'series' ? batch.end : batch.time)[row] as number);
  }

  /** Whether the time lies within the first day of its source. */
  isLearning(time: Micros): boolean {
    return this.begun === undefined || time < this.begun + READY_AFTER;
  }

  /** Row by row, so that it does not matter where batches end. */
  private watch(batch: StreamBatch, { score }: ScoreBatch): void {
    const times = batch.shape === 'series' ? batch.end : batch.time;
    for (let row = 0; row < times.length; row++) {
      const time = times[row] as number;
      if (!Number.isNaN(score[row] as number)) this.rated++;
      if (!Number.isFinite(time)) continue;
      this.begun ??= time;
      if (this.first === undefined || time < this.first) this.first = time;
      if (this.last !== undefined && time <= this.last) continue;
      this.last = time;
      this.volumes.note(time, () => this.unitsPerDay);
    }
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.detector.applyLabels(labels);
  }

  effectOf(found: readonly FoundAlert[], labels: readonly LabelledRow[]): Promise<LabelEffect> {
    return effectOnStream(this.detector, this.options.rate, found, labels);
  }

  /** Rated rows a day, as if the source had been watched for an hour at least. */
  get unitsPerDay(): number | undefined {
    if (this.first === undefined || this.last === undefined) return undefined;
    return this.rated / Math.max(1 / 24, (this.last - this.first) / MICROS_PER_DAY);
  }

  get calibrationSize(): number {
    return this.decisions.counters.scored;
  }

  status(): ScorerStatus {
    const { detector, rate } = this.options;
    const { scored, flagged, explained, misfit } = this.decisions.counters;
    const progress = Math.min(1, ((this.last ?? 0) - (this.first ?? this.last ?? 0)) / READY_AFTER);
    return {
      detector,
      model: this.model,
      state: progress >= 1 ? 'ready' : 'learning',
      have: this.rows,
      need: 0,
      readyAt: this.first === undefined ? undefined : this.first + READY_AFTER,
      progress,
      promisedRate: rate,
      extrapolated: scored < 1 / rate,
      scored,
      flagged,
      explained,
      misfit,
      paused: '',
    };
  }

  async close(): Promise<void> {
    if (isStepLearner(this.detector)) await this.detector.close();
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    this.changed = false;
    const state: State = {
      decisions: this.decisions.snapshot(),
      first: this.first ?? null,
      last: this.last ?? null,
      rows: this.rows,
      step: this.step ?? null,
      begun: this.begun ?? null,
      rated: this.rated,
      volumes: this.volumes.snapshot(),
    };
    return { scorer: new Uint8Array(serialize(state)), model: await this.detector.snapshot() };
  }

  async restore({ scorer, model }: Readonly<Record<string, Uint8Array>>): Promise<void> {
    if (scorer === undefined || model === undefined) return;
    const state = deserialize(scorer) as State;
    if (!(await restoreDetector(this.detector, model, this.options))) return;
    this.decisions.restore(state.decisions);
    this.first = state.first ?? undefined;
    this.last = state.last ?? undefined;
    this.begun = state.begun ?? this.first;
    this.rows = state.rows;
    this.step = state.step ?? undefined;
    this.rated = state.rated ?? this.decisions.counters.scored;
    this.volumes.restore(state.volumes ?? []);
  }
}
