import { deserialize, serialize } from 'node:v8';
import { CalibrationHistory, FloodGuard, scoreChange, smallestRate, VolumeMeter } from '../../alerts/index.ts';
import {
  type Detector,
  type Explanation,
  type FeatureBatch,
  type LabelledRow,
  type Micros,
  type ScoreBatch,
  sha256Hex,
  stableId,
} from '../../core/index.ts';
import { coreRows } from '../../features/index.ts';
import { InputClock } from '../time/input-clock.ts';
import { HeldBatches } from './held-batches.ts';
import { effectOnCalibrated, type FoundAlert, type LabelEffect } from './label-effect.ts';
import type { RegisteredModel } from './registered-model.ts';
import { pickRows, sliceRows } from './rows.ts';
import { unitAt } from './unit.ts';

export interface ScorerOptions {
  readonly tenant: string;
  readonly source: string;
  readonly detector: string;
  /** Promised false-alarm rate per scored unit. */
  readonly rate: number;
  /** Units it first learns from. */
  readonly sessions: number;
  readonly maxSessions: number;
  /** Event time between two updates. */
  readonly every: Micros;
  /** The registered model it follows, as of now; absent = it learns from its source. */
  readonly registered?: () => Promise<RegisteredModel>;
}

/** A unit at or below the promised rate. */
export interface Flagged {
  readonly id: string;
  readonly alertId: string;
  readonly batch: FeatureBatch;
  readonly row: number;
  readonly score: number;
  readonly pValue: number;
  /** p-value at or below which it was flagged: the promise, or the smallest that the calibration resolves. */
  readonly rate: number;
  readonly extrapolated: boolean;
  readonly calibrationSize: number;
  readonly explanation: Explanation;
  readonly description: Uint8Array;
  readonly modelSha256: string;
}

export interface ScorerStatus {
  readonly detector: string;
  /** What it scores with, as lineage names it. */
  readonly model: string;
  readonly state: 'ready' | 'learning';
  /** Units it learnt from, or has so far; `need` = those it first learns from, 0 = it learns as it goes. */
  readonly have: number;
  readonly need: number;
  readonly readyAt: Micros | undefined;
  readonly promisedRate: number;
  /** True where the calibration cannot resolve the promise yet. */
  readonly extrapolated: boolean;
  readonly scored: number;
  readonly flagged: number;
  /** Flagged units that another one of the same interval explains. */
  readonly explained?: number;
  /** Intervals of series whose profile does not fit: nothing is said of them. */
  readonly misfit?: number;
  /** Set while alerts are held back because the detector floods. */
  readonly paused: string;
}

/** One detector of one source, from feature batches to flagged units. */
export interface LaneScorer {
  readonly options: ScorerOptions;
  readonly detector: Detector;
  /** What lineage names as its model. */
  readonly model: string;
  /** True when there is state that `snapshot` has not given out. */
  readonly changed: boolean;
  readonly unitsPerDay: number | undefined;
  readonly calibrationSize: number;
  /** How the last batch was scored; of detectors that learn as they go. */
  readonly lastScores?: ScoreBatch | undefined;
  /** Takes up the registered model it follows, where that is another than now. */
  followModel(): Promise<void>;
  take(batch: FeatureBatch): Promise<Flagged[]>;
  applyLabels(labels: readonly LabelledRow[]): void;
  /** What these labels change about stored findings; undefined before it has learnt. */
  effectOf(found: readonly FoundAlert[], labels: readonly LabelledRow[]): Promise<LabelEffect | undefined>;
  status(): ScorerStatus;
  /** Ends what it does in the background. */
  close?(): Promise<void>;
  snapshot(): Promise<Readonly<Record<string, Uint8Array>>>;
  restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void>;
}

interface State {
  readonly fitted: boolean;
  /** Parts of what is held. */
  readonly held: readonly number[];
  readonly period: number | null;
  readonly clock: ReturnType<InputClock['snapshot']>;
  readonly history: Uint8Array | undefined;
  readonly learnt: number;
  readonly scored: number;
  readonly flagged: number;
  readonly readyAt: Micros | null;
  readonly modelSha256: string;
  readonly volume: Uint8Array;
  readonly flood: Uint8Array;
  readonly paused: string;
  /** Absent in states of before models could be followed. */
  readonly model?: string;
}

/** Units that must agree before an update of what is normal is due: one session from 2099 brings none about. */
const CONFIRM = 8;
const LEARNT = 'learnt-from-input';

/**
 * One detector of one source: gathers units, learns from the first, then scores each against its calibration. Everything goes
 * unit by unit in the order they closed; updates happen where event time crosses a multiple of `every`. Batches do not matter.
 */
export class Scorer implements LaneScorer {
  readonly options: ScorerOptions;
  detector: Detector;
  model = LEARNT;
  private readonly held = new HeldBatches();
  private fitted = false;
  private history: CalibrationHistory | undefined;
  private clock = new InputClock(CONFIRM);
  private period: number | undefined;
  private learnt = 0;
  private scored = 0;
  private flagged = 0;
  private readyAt: Micros | undefined;
  private labels: readonly LabelledRow[] = [];
  private readonly volume = new VolumeMeter();
  private readonly flood = new FloodGuard();
  private paused = '';
  changed = false;
  /** SHA-256 of what the detector has learnt. */
  modelSha256 = '';

  constructor(detector: Detector, options: ScorerOptions) {
    this.detector = detector;
    this.options = options;
  }

  async followModel(): Promise<void> {
    const model = await this.options.registered?.();
    if (model === undefined || model.reference === this.model) return;
    this.detector = model.detector;
    this.model = model.reference;
    this.modelSha256 = model.sha256;
    this.history = CalibrationHistory.fromScores(model.calibration);
    this.learnt = model.rows;
    this.readyAt = model.to;
    this.fitted = true;
    this.held.clear();
    this.changed = true;
    this.applyLabels(this.labels);
  }

  async take(batch: FeatureBatch): Promise<Flagged[]> {
    this.changed = batch.rows > 0 || this.changed;
    let from = 0;
    const found: Flagged[] = [];
    while (from < batch.rows) {
      if (!this.fitted) {
        const to = Math.min(batch.rows, from + this.options.sessions - this.held.rows);
        this.held.add(sliceRows(batch, from, to));
        for (let row = from; row < to; row++) this.tick(unitAt(batch, row).end);
        from = to;
        if (this.held.rows >= this.options.sessions) found.push(...(await this.fit()));
        continue;
      }
      const { to, due } = this.untilUpdate(batch, from);
      found.push(...(await this.score(sliceRows(batch, from, to))));
      if (due) await this.update();
      from = to;
    }
    return found;
  }

  /** The rows from `from` to the one after which an update is due, that one included. */
  private untilUpdate(batch: FeatureBatch, from: number): { to: number; due: boolean } {
    for (let row = from; row < batch.rows; row++) if (this.tick(unitAt(batch, row).end)) return { to: row + 1, due: true };
    return { to: batch.rows, due: false };
  }

  private tick(end: Micros): boolean {
    if (!Number.isFinite(end)) return false;
    this.clock.observe(end);
    if (!Number.isFinite(this.clock.believed)) return false;
    const period = Math.floor(this.clock.believed / this.options.every);
    const due = this.period !== undefined && period > this.period;
    this.period = Math.max(period, this.period ?? period);
    return due;
  }

  /** Learns from what was held; sessions of a rare pattern among it are not learnt but judged. */
  private async fit(): Promise<Flagged[]> {
    const held = this.held.joined();
    const { core, rest } = held.shape === 'sequences' ? coreRows(held) : { core: [], rest: [] };
    const summary = await this.detector.fit(rest.length === 0 ? held : pickRows(held, core));
    this.history = CalibrationHistory.fromScores(summary.calibration);
    this.applyHistory();
    this.learnt = summary.rows;
    this.readyAt = summary.to;
    this.fitted = true;
    this.modelSha256 = sha256Hex(await this.detector.snapshot());
    this.detector.applyLabels(this.labels);
    this.held.clear();
    return rest.length === 0 ? [] : this.score(pickRows(held, rest));
  }

  private async update(): Promise<void> {
    this.history?.renew();
    if (this.held.rows === 0) return;
    const batch = this.held.joined();
    const before = (await this.detector.score(batch)).score;
    await this.detector.learn(batch);
    this.history?.rescale(scoreChange(before, (await this.detector.score(batch)).score));
    this.learnt += batch.rows;
    this.modelSha256 = sha256Hex(await this.detector.snapshot());
    this.held.clear();
  }

  private async score(batch: FeatureBatch): Promise<Flagged[]> {
    const { history, options } = this;
    if (history === undefined) return [];
    const { score } = await this.detector.score(batch);
    const found: Flagged[] = [];
    const normal: number[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const value = score[row] as number;
      const { pValue, extrapolated } = history.pValue(value);
      if (Number.isNaN(pValue)) {
        normal.push(row);
        continue;
      }
      this.scored++;
      const at = this.clock.settled;
      this.volume.add(options.detector, 1, at);
      const calibrationSize = history.calibration.sorted.length;
      // Beyond all that was seen, where there is too little to resolve the promise: flagged, marked, and not learnt.
      const beyond = !extrapolated && calibrationSize > 0 && pValue <= smallestRate(calibrationSize) && pValue > options.rate;
      const rate = beyond ? pValue : options.rate;
      const isFlagged = pValue <= rate;
      this.paused = this.flood.add(options.detector, 1, isFlagged ? 1 : 0, rate, at)?.text ?? this.paused;
      if (!isFlagged) {
        history.add(value, options.rate);
        normal.push(row);
        continue;
      }
      const unit = unitAt(batch, row);
      const id = stableId(options.tenant, options.source, options.detector, unit.key, unit.start);
      const alertId = stableId('alert', options.tenant, id);
      history.add(value, rate, alertId);
      this.flagged++;
      if (this.flood.paused(options.detector, at)) continue;
      const explanation = await this.detector.explain(batch, row);
      const description = this.detector.describe(batch, row);
      found.push({
        id,
        alertId,
        batch,
        row,
        score: value,
        pValue,
        rate,
        extrapolated: extrapolated || beyond,
        calibrationSize,
        explanation,
        description,
        modelSha256: this.modelSha256,
      });
    }
    this.detector.observe(batch);
    // A registered model stays as it was registered; its calibration alone follows the source.
    if (options.registered === undefined && this.held.rows < options.maxSessions)
      this.held.add(pickRows(batch, normal.slice(0, options.maxSessions - this.held.rows)));
    return found;
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.labels = labels;
    if (this.fitted) this.detector.applyLabels(labels);
    this.applyHistory();
  }

  async effectOf(found: readonly FoundAlert[], labels: readonly LabelledRow[]): Promise<LabelEffect | undefined> {
    const { fitted, history } = this;
    return fitted && history !== undefined ? effectOnCalibrated(this.detector, history, this.options.rate, found, labels) : undefined;
  }

  private applyHistory(): void {
    this.history?.applyVerdicts(new Map(this.labels.map(({ alertId, verdict }) => [alertId, verdict])));
  }

  /** Scored units a day; undefined before a minute of event time was seen. */
  get unitsPerDay(): number | undefined {
    return this.volume.unitsPerDay(this.options.detector);
  }

  get calibrationSize(): number {
    return this.history?.calibration.sorted.length ?? 0;
  }

  status(): ScorerStatus {
    const { options } = this;
    const n = this.calibrationSize;
    return {
      detector: options.detector,
      model: this.model,
      state: this.fitted ? 'ready' : 'learning',
      have: this.fitted ? this.learnt : this.held.rows,
      need: options.sessions,
      readyAt: this.readyAt,
      promisedRate: options.rate,
      extrapolated: n === 0 || options.rate < smallestRate(n),
      scored: this.scored,
      flagged: this.flagged,
      paused: this.flood.paused(options.detector, this.clock.settled) ? this.paused : '',
    };
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    this.changed = false;
    const { parts, blobs } = this.held.snapshot();
    const state: State = {
      fitted: this.fitted,
      held: parts,
      period: this.period ?? null,
      clock: this.clock.snapshot(),
      history: this.history?.snapshot(),
      learnt: this.learnt,
      scored: this.scored,
      flagged: this.flagged,
      readyAt: this.readyAt ?? null,
      modelSha256: this.modelSha256,
      volume: this.volume.snapshot(),
      flood: this.flood.snapshot(),
      paused: this.paused,
      model: this.model,
    };
    const own = { ...blobs, scorer: new Uint8Array(serialize(state)) };
    return this.fitted ? { ...own, model: await this.detector.snapshot() } : own;
  }

  async restore(blobs: Readonly<Record<string, Uint8Array>>): Promise<void> {
    const { scorer, model } = blobs;
    if (scorer === undefined) return this.followModel();
    const state = deserialize(scorer) as State;
    this.clock = InputClock.restore(state.clock, CONFIRM);
    this.period = state.period ?? undefined;
    this.scored = state.scored;
    this.flagged = state.flagged;
    this.volume.restore(state.volume);
    this.flood.restore(state.flood);
    this.paused = state.paused;
    const { model: before = LEARNT } = state;
    const registered = await this.options.registered?.();
    // What was learnt under another model, or without the one now followed, does not go on.
    if (registered !== undefined && registered.reference !== before) return this.followModel();
    if (registered === undefined && before !== LEARNT) return;
    if (registered !== undefined) this.detector = registered.detector;
    this.model = before;
    if (state.fitted && model !== undefined) await this.detector.restore(model);
    this.fitted = state.fitted;
    this.held.restore(state.held, blobs);
    this.history = state.history === undefined ? undefined : CalibrationHistory.restore(state.history);
    this.learnt = state.learnt;
    this.readyAt = state.readyAt ?? undefined;
    this.modelSha256 = state.modelSha256;
    this.applyLabels(this.labels);
  }
}
