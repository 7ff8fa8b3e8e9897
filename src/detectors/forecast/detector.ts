import { z } from 'zod';
import {
  concatFloats,
  type Detector,
  type Explanation,
  type FitSummary,
  type ForecastPoint,
  type FoundRow,
  type LabelledRow,
  type LimitWarning,
  type Micros,
  type NetworkCounts,
  pack,
  type ScoreBatch,
  type SeriesBatch,
  type SeriesModel,
  type SeriesView,
  type StepLearner,
  seriesNameOf,
  unpack,
  VedetteError,
} from '../../core/index.ts';
import { lowestExpected, type OnlineOutlook } from '../../ml/index.ts';
import { describeVolume, LabelOverlay } from '../rate/overlay.ts';
import type { ForecastConfig } from './config.ts';
import { explainReading } from './explain.ts';
import { APPROACH_SIZE, LimitApproach } from './limit-approach.ts';
import { crossingAhead, type Limit, limitsOf, STEPS_AHEAD } from './limits.ts';
import { LiveNetworks } from './live-networks.ts';
import type { NetworkGroup } from './network-group.ts';
import { networksHeader, packNetworks, unpackNetworks } from './networks-snapshot.ts';
import { ARMS, READING_SIZE, type ReadingRating, ReadingState } from './reading-state.ts';
import { seriesPattern } from './series-pattern.ts';

const header = z.strictObject({
  kind: z.literal('forecast'),
  version: z.literal(5),
  series: z.array(z.string()),
  entities: z.array(z.string()),
  /** Series and limit. */
  approaches: z.array(z.string()),
  networks: networksHeader,
});

/** Normal errors: 98 % lie within so many standard deviations. */
const HALF_WIDTH = 2.326;

/**
 * Readings against the forecast of their own level, hour and autoregression, lasting shifts, hours off the rhythm of their week, and the faults of a device: stuck,
 * out of range. Alive after a few readings; every row is rated as if the rows before it had been observed.
 */
export class ForecastDetector implements Detector<SeriesBatch>, SeriesModel, StepLearner {
  readonly shape = 'series';
  readonly #config: ForecastConfig;
  readonly #limits: readonly Limit[];
  /** Limits of each series, looked up once. */
  readonly #limitsOf = new Map<string, readonly Limit[]>();
  readonly #least: readonly { readonly fits: (series: string) => boolean; readonly change: number }[];
  readonly #leastOf = new Map<string, number>();
  #series = new Map<string, ReadingState>();
  /** By series and limit. */
  #approaches = new Map<string, LimitApproach>();
  #overlay = new LabelOverlay([]);
  #warnings: LimitWarning[] = [];
  readonly #networks: LiveNetworks;

  constructor(config: ForecastConfig, now: () => Micros) {
    this.#config = config;
    this.#networks = new LiveNetworks(config, now);
    this.#limits = limitsOf(config);
    this.#least = config.least.map(({ series, change }) => ({ fits: seriesPattern(series), change }));
  }

  /** Each score is made before its row is known, so the scores are their own calibration. */
  async fit(batch: SeriesBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    this.#series = new Map();
    this.#approaches = new Map();
    this.#networks.forget();
    const calibration: number[] = [];
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    this.#advance(this.#series, batch, batch.rows, (row, rating) => {
      if (rating !== undefined && !Number.isNaN(rating.score)) calibration.push(rating.score);
      from = Math.min(from, batch.start[row] as number);
      to = Math.max(to, batch.end[row] as number);
    });
    progress(1);
    return { rows: batch.rows, from, to, calibration: Float64Array.from(calibration), metrics: { series: this.#series.size } };
  }

  async score(batch: SeriesBatch): Promise<ScoreBatch> {
    const nothing = () => new Float64Array(batch.rows).fill(Number.NaN);
    const score = nothing();
    const forecast = { forecast: nothing(), lower: nothing(), upper: nothing(), learnt: nothing() };
    const arms = Object.fromEntries(ARMS.map((arm) => [arm, nothing()]));
    this.#advance(this.#fork(batch), batch, batch.rows, (row, rating) => {
      if (rating === undefined) return;
      const code = batch.code[row] as number;
      const [name, entity] = [batch.series[code] as string, batch.entities[code] as string];
      score[row] = this.#overlay.adjust(rating.score, name, entity, batch.value[row] as number, rating.expected);
      for (const arm of ARMS) (arms[arm] as Float64Array)[row] = rating.arms[arm];
      forecast.forecast[row] = rating.expected;
      forecast.lower[row] = rating.lower;
      forecast.upper[row] = rating.upper;
      forecast.learnt[row] = rating.seen;
    });
    return { score, arms: { ...arms, ...forecast } };
  }

  observe(batch: SeriesBatch): void {
    this.#advance(this.#series, batch, batch.rows, (row) => this.#lookAhead(batch, row));
  }

  get every(): Micros {
    return this.#networks.every;
  }

  async step(at: Micros): Promise<void> {
    await this.#networks.step(at, this.#series);
  }

  close(): Promise<void> {
    return this.#networks.close();
  }

  /** All it knows is what it observed. */
  async learn(_batch: SeriesBatch): Promise<void> {}

  async explain(batch: SeriesBatch, row: number): Promise<Explanation> {
    let found: ReadingRating | undefined;
    this.#advance(this.#fork(batch), batch, row + 1, (at, rating) => {
      if (at === row) found = rating;
    });
    return explainReading(seriesNameOf(batch, row), batch.value[row] as number, found);
  }

  describe(batch: SeriesBatch, row: number): Uint8Array {
    return describeVolume(seriesNameOf(batch, row), batch.value[row] as number, batch.start[row] as number);
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#overlay = new LabelOverlay(labels);
  }

  /** By volumes alone: what was expected then is not kept, so one within reach of an allowed volume counts as covered. */
  async rescore(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array> {
    const overlay = new LabelOverlay(labels);
    return Float64Array.from(found, (one) => overlay.rescored(one));
  }

  view(series: string): SeriesView | undefined {
    const state = this.#series.get(series);
    if (state === undefined) return undefined;
    const { lastTime, step, seen } = state;
    const { expected, spread } = state.next();
    const half = state.margin * spread;
    const network = this.#networks.view(series, { lastTime, step });
    const { warmUp } = this.#config;
    return {
      lastTime,
      lastValue: state.last,
      step,
      readings: seen,
      needed: warmUp,
      readyAt: lastTime + Math.max(0, warmUp - seen) * step,
      abnormal: state.abnormal,
      expected: lowestExpected(expected, state.range.lowest),
      lower: lowestExpected(expected - half, state.range.lowest),
      upper: lowestExpected(expected + half, state.range.lowest),
      method: state.method,
      ...(network === undefined ? {} : { network }),
    };
  }

  forecast(series: string, steps: number): readonly ForecastPoint[] {
    const state = this.#series.get(series);
    if (state === undefined || state.step === 0) return [];
    const first = state.lastTime + state.step;
    const { lowest } = state.range;
    return this.#outlook(series, state, steps).map(({ expected, deviation }, k) => ({
      time: first + k * state.step,
      expected: lowestExpected(expected, lowest),
      lower: lowestExpected(expected - HALF_WIDTH * deviation, lowest),
      upper: lowestExpected(expected + HALF_WIDTH * deviation, lowest),
    }));
  }

  takeWarnings(): readonly LimitWarning[] {
    const warnings = this.#warnings;
    this.#warnings = [];
    return warnings;
  }

  networks(): NetworkCounts {
    return this.#networks.counts(this.#series);
  }

  async snapshot(): Promise<Uint8Array> {
    const series = [...this.#series.keys()].sort();
    const entities = series.map((name) => (this.#series.get(name) as ReadingState).entity);
    const values = new Float64Array(series.length * READING_SIZE);
    for (const [i, name] of series.entries()) values.set((this.#series.get(name) as ReadingState).values, i * READING_SIZE);
    const approaches = [...this.#approaches.keys()].sort();
    const towards = concatFloats(approaches.map((key) => (this.#approaches.get(key) as LimitApproach).state));
    const { header: networks, arrays } = packNetworks(this.#networks);
    return pack({ kind: 'forecast', version: 5, series, entities, approaches, networks }, { values, towards, ...arrays });
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    const unpacked = unpack(snapshot);
    const parsed = header.safeParse(unpacked.header);
    const values = parsed.success ? unpacked.float64('values') : new Float64Array();
    const keys = parsed.data?.approaches ?? [];
    const towards = parsed.success ? unpacked.float64('towards') : new Float64Array();
    if (!parsed.success || values.length !== parsed.data.series.length * READING_SIZE || towards.length !== keys.length * APPROACH_SIZE) {
      throw new VedetteError('MODEL_MISMATCH', 'the snapshot is not of a forecast detector of this version', {
        hint: 'let it learn again',
        cause: parsed.error,
      });
    }
    this.#series = new Map(
      parsed.data.series.map((name, i) => {
        const own = values.slice(i * READING_SIZE, (i + 1) * READING_SIZE);
        return [name, new ReadingState(parsed.data.entities[i] ?? '', own)];
      }),
    );
    this.#approaches = new Map(keys.map((key, i) => [key, new LimitApproach(towards.slice(i * APPROACH_SIZE, (i + 1) * APPROACH_SIZE))]));
    this.#networks.forget();
    unpackNetworks(this.#networks, parsed.data.networks, unpacked, this.#series);
  }

  #outlook(series: string, state: ReadingState, steps: number): readonly OnlineOutlook[] {
    return state.outlook(
      steps,
      this.#networks.channelsOf(series).map((name) => this.#series.get(name) as ReadingState),
    );
  }

  #lookAhead(batch: SeriesBatch, row: number): void {
    if (this.#limits.length === 0) return;
    const name = seriesNameOf(batch, row);
    let limits = this.#limitsOf.get(name);
    if (limits === undefined) {
      limits = this.#limits.filter(({ matches }) => matches(name));
      if (this.#limitsOf.size < this.#config.maxSeries) this.#limitsOf.set(name, limits);
    }
    const state = limits.length === 0 ? undefined : this.#series.get(name);
    if (state === undefined) return;
    const next = state.seen < this.#config.warmUp || state.step === 0 ? [] : this.#outlook(name, state, STEPS_AHEAD);
    const entity = batch.entities[batch.code[row] as number] as string;
    for (const limit of limits) {
      const warning = crossingAhead(name, entity, state, limit, this.#approachOf(name, limit), this.#config.horizonSeconds, next);
      if (warning !== undefined) this.#warnings.push(warning);
    }
  }

  #approachOf(series: string, { direction, value }: Limit): LimitApproach {
    const key = `${series} ${direction} ${value}`;
    let approach = this.#approaches.get(key);
    if (approach === undefined) {
      approach = new LimitApproach();
      this.#approaches.set(key, approach);
    }
    return approach;
  }

  #leastFor(series: string): number {
    if (this.#least.length === 0) return 0;
    let least = this.#leastOf.get(series);
    if (least === undefined) {
      least = this.#least.find(({ fits }) => fits(series))?.change ?? 0;
      if (this.#leastOf.size < this.#config.maxSeries) this.#leastOf.set(series, least);
    }
    return least;
  }

  /** Copies of the states that the batch touches, and of their groups. */
  #fork(batch: SeriesBatch): Map<string, ReadingState> {
    const forked = new Map<string, ReadingState>();
    const groups = new Map<NetworkGroup, NetworkGroup>();
    for (const name of batch.series) {
      const state = this.#series.get(name);
      if (state === undefined) continue;
      const { track } = state;
      if (track !== undefined && !groups.has(track.group)) groups.set(track.group, track.group.copy());
      forked.set(name, state.copy(track && { group: groups.get(track.group) as NetworkGroup, channel: track.channel }));
    }
    return forked;
  }

  #advance(
    states: Map<string, ReadingState>,
    batch: SeriesBatch,
    rows: number,
    rated?: (row: number, rating: ReadingRating | undefined) => void,
  ): void {
    let room = this.#config.maxSeries - this.#series.size;
    for (let row = 0; row < rows; row++) {
      const name = seriesNameOf(batch, row);
      const value = batch.value[row] as number;
      let state = states.get(name);
      if (!Number.isFinite(value) || (state === undefined && room <= 0)) {
        rated?.(row, undefined);
        continue;
      }
      if (state === undefined) {
        state = new ReadingState(batch.entities[batch.code[row] as number] as string);
        states.set(name, state);
        room--;
      }
      rated?.(row, state.push(batch.start[row] as number, value, this.#config, this.#leastFor(name)));
    }
  }
}
