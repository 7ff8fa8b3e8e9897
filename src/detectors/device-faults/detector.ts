import {
  type Detector,
  type Explanation,
  type FitSummary,
  type FoundRow,
  type LabelledRow,
  type ScoreBatch,
  type SeriesBatch,
  seriesNameOf,
} from '../../core/index.ts';
import type { DeviceFaultsConfig } from './config.ts';
import { explainFault } from './explain.ts';
import { describeReading, FaultLabels } from './fault-labels.ts';
import { FAULTS, type Fault, scoreOf, worstFault } from './faults.ts';
import { FaultMemory } from './memory.ts';
import type { FaultRating } from './series-state.ts';
import { readMemory, saveMemory } from './snapshot.ts';

/** Below so many independent readings a range is a guess. */
const LEAST_INDEPENDENT = 10;

/**
 * Devices that send erroneous data. Every reading is rated as if those before it had been observed; a series is learnt from its
 * first readings, or from all of what it is fitted on, and judged from then on.
 */
export class DeviceFaultsDetector implements Detector<SeriesBatch> {
  readonly shape = 'series';
  readonly #config: DeviceFaultsConfig;
  #memory: FaultMemory;
  #labels = new FaultLabels([]);

  constructor(config: DeviceFaultsConfig) {
    this.#config = config;
    this.#memory = new FaultMemory(config);
  }

  /** All rows are learnt from. The limits come from them, so there is no calibration but the limits themselves. */
  async fit(batch: SeriesBatch, progress: (share: number) => void = () => {}): Promise<FitSummary> {
    const counts = new Map<string, number>();
    for (let row = 0; row < batch.rows; row++) {
      if (Number.isFinite(batch.value[row])) counts.set(seriesNameOf(batch, row), (counts.get(seriesNameOf(batch, row)) ?? 0) + 1);
    }
    this.#memory = new FaultMemory(this.#config);
    this.#advance(this.#memory, batch, batch.rows, (name) => counts.get(name) ?? this.#config.learn);
    progress(1);
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < batch.rows; row++) {
      from = Math.min(from, batch.start[row] as number);
      to = Math.max(to, batch.end[row] as number);
    }
    const metrics = { series: this.#memory.size };
    return { rows: batch.rows, from, to, calibration: new Float64Array(0), metrics };
  }

  /** Arms: how far the reading goes towards each fault; `peers`: 1 where its peers explain the series; `learnt`: readings that the worst rests on; `faulty`: 1 where the reading says nothing of its neighbours. */
  async score(batch: SeriesBatch): Promise<ScoreBatch> {
    const score = new Float64Array(batch.rows).fill(Number.NaN);
    const arms = Object.fromEntries(
      [...FAULTS, 'peers' as const, 'learnt' as const, 'faulty' as const].map((arm) => [arm, score.slice()]),
    ) as Record<Fault | 'peers' | 'learnt' | 'faulty', Float64Array>;
    this.#advance(this.#memory.fork(), batch, batch.rows, this.#target, (row, rating) => {
      if (rating.learning) return;
      const worst = worstFault(rating);
      const learnt = readingsBehind(rating, worst);
      const value = scoreOf(worst === undefined ? 0 : rating[worst], worst === 'range' ? learnt : rating.seen);
      score[row] = this.#labels.adjust(value, seriesNameOf(batch, row), entityOf(batch, row), batch.value[row] as number);
      for (const fault of FAULTS) arms[fault][row] = rating[fault];
      arms.peers[row] = Number(rating.byPeers);
      arms.faulty[row] = Number(rating.faulty);
      arms.learnt[row] = learnt;
    });
    return { score, arms };
  }

  observe(batch: SeriesBatch): void {
    this.#advance(this.#memory, batch, batch.rows, this.#target);
  }

  /** All it knows is what it observed. */
  async learn(_batch: SeriesBatch): Promise<void> {}

  async explain(batch: SeriesBatch, row: number): Promise<Explanation> {
    let found: FaultRating | undefined;
    this.#advance(this.#memory.fork(), batch, row + 1, this.#target, (at, rating) => {
      if (at === row) found = rating;
    });
    return explainFault(seriesNameOf(batch, row), batch.value[row] as number, found);
  }

  describe(batch: SeriesBatch, row: number): Uint8Array {
    return describeReading(seriesNameOf(batch, row), batch.value[row] as number, batch.start[row] as number);
  }

  applyLabels(labels: readonly LabelledRow[]): void {
    this.#labels = new FaultLabels(labels);
  }

  async rescore(found: readonly FoundRow[], labels: readonly LabelledRow[]): Promise<Float64Array> {
    const own = new FaultLabels(labels);
    return Float64Array.from(found, (one) => own.rescored(one));
  }

  async snapshot(): Promise<Uint8Array> {
    return saveMemory(this.#memory, this.#config.maxPeers);
  }

  async restore(snapshot: Uint8Array): Promise<void> {
    this.#memory = readMemory(snapshot, this.#config);
  }

  readonly #target = (): number => this.#config.learn;

  #advance(
    memory: FaultMemory,
    batch: SeriesBatch,
    rows: number,
    target: (name: string) => number,
    rated?: (row: number, rating: FaultRating) => void,
  ): void {
    for (let row = 0; row < rows; row++) {
      const name = seriesNameOf(batch, row);
      const value = batch.value[row] as number;
      if (!Number.isFinite(value)) continue;
      const peers = batch.peers?.[batch.code[row] as number] ?? entityOf(batch, row);
      const state = memory.stateOf(name, peers, () => target(name));
      if (state === undefined) continue;
      const rating = state.push(value, batch.start[row] as number, memory.peersOf(state), this.#config);
      rated?.(row, rating);
    }
  }
}

function entityOf(batch: SeriesBatch, row: number): string {
  return batch.entities[batch.entities.length === batch.rows ? row : (batch.code[row] as number)] as string;
}

/** A range, and a level by itself, are known from readings that say little of one another; of few such ones no more than that many count. */
function readingsBehind({ seen, independent, byPeers }: FaultRating, worst: Fault | undefined): number {
  const byOwnRange = worst === 'range' || (worst === 'drift' && !byPeers);
  return byOwnRange && independent < LEAST_INDEPENDENT ? independent : seen;
}
