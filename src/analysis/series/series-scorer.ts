import { besideChance, ChanceShare, type FindingKind, mostOf, StreamDecisions, severityOf, withChance } from '../../alerts/index.ts';
import {
  type Detection,
  type Detector,
  type EvidenceLine,
  formatMicros,
  type LabelledRow,
  type Lineage,
  type ScoreBatch,
  type SeriesBatch,
  stableId,
} from '../../core/index.ts';
import { createDetector } from '../../training/index.ts';
import type { Finding } from '../detections.ts';
import type { ReadingRater } from './reading-rater.ts';

/** Readings scored at a time. */
const CHUNK = 4_096;
/** Flagged readings of a series that lie at most so many steps apart are one finding. */
export const GAP_STEPS = 30;
const MOST_SCORES = 100_000;
/** Flagged readings kept of a finding, besides the worst. */
const FIRST_READINGS = 10;

interface Episode {
  readonly series: string;
  readonly entity: string;
  readonly start: number;
  end: number;
  score: number;
  pValue: number;
  /** Readings that the worst one was judged by; Infinity where the detector does not say. */
  learnt: number;
  count: number;
  explanation: Detection['explanation'];
  row: Uint8Array;
  /** The first flagged readings. */
  readonly readings: EvidenceLine[];
  worst: EvidenceLine | undefined;
}

/** Where the reading in a row of a batch came from. */
export type ReadingPlace = (row: number) => EvidenceLine | undefined;

/** A detector of readings over a finite input: each reading is rated by those before it; neighbouring ones become one finding. */
export class SeriesScorer {
  readonly name: string;
  readonly scores: number[] = [];
  /** Gets each part with what the detector said of it. */
  onScored: ((batch: SeriesBatch, scored: ScoreBatch) => Promise<void>) | undefined;
  readonly #detector: ReadingRater;
  readonly #promise: number;
  readonly #decisions: StreamDecisions;
  readonly #episodes: Episode[] = [];
  readonly #open = new Map<string, Episode>();
  /** p-values of flagged readings. */
  readonly #flagged: number[] = [];

  constructor(name: string, detector: ReadingRater, promise: number) {
    this.name = name;
    this.#detector = detector;
    this.#promise = promise;
    this.#decisions = new StreamDecisions(promise);
  }

  static async open(
    name: string,
    seed: number,
    promise: number,
    labels: readonly LabelledRow[],
    normal: SeriesBatch | undefined,
  ): Promise<SeriesScorer> {
    const detector = (await createDetector(name, {}, seed)).detector as unknown as Detector<SeriesBatch>;
    if (normal !== undefined) await detector.fit(normal);
    detector.applyLabels(labels);
    return new SeriesScorer(name, detector, promise);
  }

  get scored(): number {
    return this.#decisions.counters.scored;
  }

  get flagged(): number {
    return this.#decisions.counters.flagged;
  }

  snapshot(): Promise<Uint8Array> {
    return this.#detector.snapshot();
  }

  /** `stepMicros`: usual distance of the readings of one series. */
  async take(batch: SeriesBatch, stepMicros: number, placeOf: ReadingPlace = () => undefined): Promise<void> {
    for (let from = 0; from < batch.rows; from += CHUNK) {
      const to = Math.min(batch.rows, from + CHUNK);
      const part = {
        ...batch,
        rows: to - from,
        code: batch.code.subarray(from, to),
        value: batch.value.subarray(from, to),
        start: batch.start.subarray(from, to),
        end: batch.end.subarray(from, to),
      };
      await this.#takePart(part, stepMicros, (row) => placeOf(from + row));
    }
  }

  async #takePart(batch: SeriesBatch, stepMicros: number, placeOf: ReadingPlace): Promise<void> {
    const scored = await this.#detector.score(batch);
    await this.onScored?.(batch, scored);
    for (const score of scored.score) if (!Number.isNaN(score) && this.scores.length < MOST_SCORES) this.scores.push(score);
    for (const { row, pValue } of this.#decisions.take(batch, { score: scored.score })) {
      if (this.#flagged.length < MOST_SCORES) this.#flagged.push(pValue);
      const series = batch.series[batch.code[row] as number] as string;
      const start = batch.start[row] as number;
      const score = scored.score[row] as number;
      const learnt = scored.arms?.learnt?.[row] ?? Number.POSITIVE_INFINITY;
      const open = this.#open.get(series);
      if (open !== undefined && start - open.end <= GAP_STEPS * stepMicros) {
        open.end = batch.end[row] as number;
        open.count++;
        const place = placeOf(row);
        if (place !== undefined && open.readings.length < FIRST_READINGS) open.readings.push(place);
        if (!(score > open.score)) continue;
        Object.assign(open, {
          worst: place,
          score,
          pValue,
          learnt,
          explanation: await this.#detector.explain(batch, row),
          row: this.#detector.describe(batch, row),
        });
        continue;
      }
      const place = placeOf(row);
      const episode: Episode = {
        readings: place === undefined ? [] : [place],
        worst: place,
        series,
        entity: batch.entities[batch.code[row] as number] as string,
        start,
        end: batch.end[row] as number,
        score,
        pValue,
        learnt,
        count: 1,
        explanation: await this.#detector.explain(batch, row),
        row: this.#detector.describe(batch, row),
      };
      this.#open.set(series, episode);
      this.#episodes.push(episode);
    }
    this.#detector.observe(batch);
  }

  /** Worst first, at most `top`. */
  findings(source: string, lineage: Lineage, top: number): Finding[] {
    const kind: FindingKind = 'outlier';
    const chance = new ChanceShare(this.#flagged, this.scored);
    return [...this.#episodes]
      .sort((a, b) => a.pValue - b.pValue || b.score - a.score || a.start - b.start)
      .slice(0, top)
      .map(({ series, entity, start, end, score, pValue, learnt, explanation, row, readings, worst }) => ({
        row,
        detection: {
          id: stableId('detection', source, this.name, series, formatMicros(start)),
          detector: this.name,
          source,
          key: series,
          entity,
          start,
          end,
          score,
          pValue,
          threshold: this.#promise,
          extrapolated: false,
          severity: besideChance(Math.min(mostOf(learnt), severityOf(pValue, kind, this.scored)), chance.of(pValue)),
          title: explanation.what,
          techniques: [],
          explanation: withChance(explanation, chance.of(pValue), this.scored, 'reading'),
          evidence: worst === undefined || readings.includes(worst) ? readings : [...readings, worst],
          lineage,
        },
      }));
  }
}
