import { deserialize, serialize } from 'node:v8';
import {
  CalibrationHistory,
  type FloodEvent,
  FloodGuard,
  scoreChange,
  smallestRate,
  VolumeHistory,
  type VolumeHistoryState,
  VolumeMeter,
  WINDOW_HISTORY,
} from '../../alerts/index.ts';
import { type Detector, type FeatureBatch, type LabelledRow, type Micros, sha256Hex, stableId } from '../../core/index.ts';
import { coreRows } from '../../features/index.ts';
import type { KnownTemplates } from '../../parsers/index.ts';
import { InputClock } from '../time/input-clock.ts';
import { HeldBatches } from './held-batches.ts';
import { judged } from './judged.ts';
import { effectOnCalibrated, type FoundAlert, type LabelEffect } from './label-effect.ts';
import type { Flagged, LaneScorer, ScorerOptions, ScorerStatus } from './lane-scorer.ts';
import { restoreDetector } from './restore-detector.ts';
import { pickRows, sliceRows } from './rows.ts';
import { unitAt } from './unit.ts';

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
  /** Absent in states of before it was kept. */
  readonly volumes?: VolumeHistoryState;
  readonly flood: Uint8Array;
  readonly paused: string;
  /** Absent in states of before floods were learnt. */
  readonly hour?: number | null;
  /** Absent in states of before models could be followed. */
  readonly model?: string;
}

/** Units that must agree before an update of what is normal is due: one session from 2099 brings none about. */
const CONFIRM = 8;
const LEARNT = 'learnt-from-input';
/** Event time between two looks whether a flood has become what is normal. */
const HOUR: Micros = 3_600_000_000;

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
  private hour: number | undefined;
  private learnt = 0;
  private scored = 0;
  private flagged = 0;
  private readyAt: Micros | undefined;
  private labels: readonly LabelledRow[] = [];
  private readonly volume = new VolumeMeter();
  readonly volumes = new VolumeHistory();
  private readonly flood = new FloodGuard();
  private paused = '';
  private floods: FloodEvent[] = [];
  changed = false;
  known: readonly KnownTemplates[] | undefined;
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
    this.known = model.known;
    this.history = this.historyOf(model.calibration);
    this.learnt = model.rows;
    this.readyAt = model.to;
    this.fitted = true;
    this.held.clear();
    this.changed = true;
    this.applyLabels(this.labels);
  }

  async take(batch: FeatureBatch): Promise<Flagged[]> {
    this.changed = batch.rows > 0 || this.changed;
    this.volumes.forget();
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
      const { to, due, times } = this.untilDue(batch, from);
      found.push(...(await this.score(sliceRows(batch, from, to), times)));
      if (due === 'update') await this.update();
      if (due !== undefined && this.isFloodToLearn()) found.push(...(await this.relearn()));
      from = to;
    }
    return found;
  }

  takeFloods(): readonly FloodEvent[] {
    const { floods } = this;
    if (floods.length > 0) this.floods = [];
    return floods;
  }

  /** The rows from `from` to the one after which something is due, that one included, and event time as of each of them. */
  private untilDue(batch: FeatureBatch, from: number): { to: number; due: 'update' | 'look' | undefined; times: Micros[] } {
    const times: Micros[] = [];
    for (let row = from; row < batch.rows; row++) {
      const due = this.tick(unitAt(batch, row).end);
      times.push(this.clock.settled);
      if (due !== undefined) return { to: row + 1, due, times };
    }
    return { to: batch.rows, due: undefined, times };
  }

  private tick(end: Micros): 'update' | 'look' | undefined {
    if (!Number.isFinite(end)) return undefined;
    this.clock.observe(end);
    const { believed } = this.clock;
    if (!Number.isFinite(believed)) return undefined;
    const [period, hour] = [Math.floor(believed / this.options.every), Math.floor(believed / HOUR)];
    const isUpdate = this.period !== undefined && period > this.period;
    const isLook = this.hour !== undefined && hour > this.hour;
    this.period = Math.max(period, this.period ?? period);
    this.hour = Math.max(hour, this.hour ?? hour);
    return isUpdate ? 'update' : isLook ? 'look' : undefined;
  }

  /** A registered model stays as it was registered. */
  private isFloodToLearn(): boolean {
    const { detector, sessions, registered } = this.options;
    return registered === undefined && this.held.rows >= sessions && this.flood.isLasting(detector, this.clock.settled);
  }

  /** What has come since the flood began is what is normal now: learnt as the first units were. */
  private async relearn(): Promise<Flagged[]> {
    this.flood.relearnt(this.options.detector, this.clock.settled);
    return this.fit();
  }

  /** Learns from what was held; sessions of a rare pattern among it are not learnt but judged. */
  private async fit(): Promise<Flagged[]> {
    const held = this.held.joined();
    const { core, rest } = held.shape === 'sequences' ? coreRows(held) : { core: [], rest: [] };
    const summary = await this.detector.fit(rest.length === 0 ? held : pickRows(held, core));
    this.history = this.historyOf(summary.calibration);
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
    // Whether a flood is to be learnt shows when it has lasted.
    if (this.held.rows === 0 || this.flood.paused(this.options.detector)) return;
    const batch = this.held.joined();
    const before = (await this.detector.score(batch)).score;
    await this.detector.learn(batch);
    this.history?.rescale(scoreChange(before, (await this.detector.score(batch)).score));
    this.learnt += batch.rows;
    this.modelSha256 = sha256Hex(await this.detector.snapshot());
    this.held.clear();
  }

  /** `times`: event time as of each row; absent = as of now. */
  private async score(batch: FeatureBatch, times: readonly Micros[] = []): Promise<Flagged[]> {
    const { history, options } = this;
    if (history === undefined) return [];
    const { score } = await this.detector.score(batch);
    const found: Flagged[] = [];
    const normal: number[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const value = score[row] as number;
      const { pValue, rate, extrapolated, calibrationSize, flagged } = judged(history, value, options.rate);
      if (Number.isNaN(pValue)) {
        normal.push(row);
        continue;
      }
      this.scored++;
      const at = times[row] ?? this.clock.settled;
      this.volume.add(options.detector, 1, at);
      this.volumes.note(at, () => this.unitsPerDay);
      const event = this.flood.add(options.detector, 1, flagged ? 1 : 0, rate, at);
      if (event !== undefined) {
        this.paused = event.text;
        this.floods.push(event);
        // What came before a flood is not what is learnt of it, and a flood that ended is not what is normal.
        this.held.clear();
        normal.length = 0;
      }
      const isPaused = this.flood.paused(options.detector);
      if (!flagged) {
        history.add(value, options.rate);
        normal.push(row);
        continue;
      }
      const unit = unitAt(batch, row);
      const id = stableId(options.tenant, options.source, options.detector, unit.key, unit.start);
      const alertId = stableId('alert', options.tenant, id);
      history.add(value, rate, alertId);
      this.flagged++;
      if (isPaused) {
        normal.push(row);
        continue;
      }
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
        extrapolated,
        calibrationSize,
        explanation,
        description,
        modelSha256: this.modelSha256,
        at,
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

  private historyOf(scores: Float64Array): CalibrationHistory {
    const { shape } = this.detector;
    return CalibrationHistory.fromScores(scores, shape === 'groups' || shape === 'rows' ? WINDOW_HISTORY : {});
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
      paused: this.flood.paused(options.detector) ? this.paused : '',
    };
  }

  async snapshot(): Promise<Readonly<Record<string, Uint8Array>>> {
    this.changed = false;
    const { parts, blobs } = this.held.snapshot();
    const state: State = {
      fitted: this.fitted,
      held: parts,
      period: this.period ?? null,
      hour: this.hour ?? null,
      clock: this.clock.snapshot(),
      history: this.history?.snapshot(),
      learnt: this.learnt,
      scored: this.scored,
      flagged: this.flagged,
      readyAt: this.readyAt ?? null,
      modelSha256: this.modelSha256,
      volume: this.volume.snapshot(),
      volumes: this.volumes.snapshot(),
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
    this.hour = state.hour ?? undefined;
    this.scored = state.scored;
    this.flagged = state.flagged;
    this.volume.restore(state.volume);
    this.volumes.restore(state.volumes ?? []);
    this.flood.restore(state.flood);
    this.paused = state.paused;
    const { model: before = LEARNT } = state;
    const registered = await this.options.registered?.();
    // What was learnt under another model, or without the one now followed, does not go on.
    if (registered !== undefined && registered.reference !== before) return this.followModel();
    if (registered === undefined && before !== LEARNT) return;
    if (registered !== undefined) this.detector = registered.detector;
    if (state.fitted && model !== undefined && !(await restoreDetector(this.detector, model, this.options))) return this.followModel();
    this.model = before;
    this.fitted = state.fitted;
    this.held.restore(state.held, blobs);
    this.history = state.history === undefined ? undefined : CalibrationHistory.restore(state.history);
    this.learnt = state.learnt;
    this.readyAt = state.readyAt ?? undefined;
    this.modelSha256 = state.modelSha256;
    this.applyLabels(this.labels);
  }
}
