import type { ObservationBatch, ScoreBatch, SeriesBatch } from '../../core/index.ts';
import { mostSpecific } from './most-specific.ts';
import { ObservedTail } from './observed-tail.ts';
import { onePerFamily } from './one-per-family.ts';
import { onePerLine } from './one-per-line.ts';

/** A row to tell people of. */
export interface Told {
  readonly row: number;
  readonly pValue: number;
  /** Rows that the detector's expectation rests on; Infinity where it does not say. */
  readonly learnt: number;
}

/** What a detector that learns as it goes scored and flagged; `explained` = flagged rows that another row of their interval or line explains. */
export interface StreamCounters {
  scored: number;
  /** Of readings: episodes. What the promise is held against, for a device that is stuck for an hour is one alarm. */
  flagged: number;
  explained: number;
  /** Intervals of series whose profile does not fit. */
  misfit: number;
}

interface State {
  readonly tail: ReturnType<ObservedTail['snapshot']>;
  readonly counters: StreamCounters;
  /** Series whose last rows were flagged, and how many; absent in states of before they were kept. */
  readonly lasting?: readonly (readonly [string, number])[];
  /** Series within an episode, and readings until it is over; absent in states of before they were kept. */
  readonly episodes?: readonly (readonly [string, number])[];
}

/** Series that are remembered as flagged; further ones count with every row. */
const MOST_LASTING = 20_000;
/** Flagged rows in a row after which they count as what is usual. */
const SETTLED = 500;
/** Flagged readings of one series belong together when fewer others lie between them. */
const APART = 30;

/** Scores of `novelty`, `rate` and `forecast` -> rows to tell of, in the order of the rows; intervals and lines must come whole. */
export class StreamDecisions {
  readonly promise: number;
  readonly counters: StreamCounters = { scored: 0, flagged: 0, explained: 0, misfit: 0 };
  private readonly tail = new ObservedTail();
  private readonly lasting = new Map<string, number>();
  private readonly episodes = new Map<string, number>();

  constructor(promise: number) {
    this.promise = promise;
  }

  /** `promiseAt`: what holds for a row where it is not the promise itself. */
  take(batch: ObservationBatch | SeriesBatch, { score, arms }: ScoreBatch, promiseAt?: (row: number) => number): readonly Told[] {
    const flagged: Told[] = [];
    for (let row = 0; row < batch.rows; row++) {
      const pValue = this.rated(batch, row, score[row] as number, arms?.expected === undefined);
      if (arms?.misfit?.[row] === 1) this.counters.misfit++;
      if (Number.isNaN(pValue)) continue;
      this.counters.scored++;
      if (pValue <= (promiseAt?.(row) ?? this.promise))
        flagged.push({ row, pValue, learnt: arms?.learnt?.[row] ?? Number.POSITIVE_INFINITY });
    }
    const { expected } = arms ?? {};
    const told =
      batch.shape !== 'series'
        ? onePerLine(batch, flagged, score)
        : expected === undefined
          ? onePerFamily(batch, flagged, score)
          : oneAnInterval(batch, flagged, score, expected);
    this.counters.flagged += batch.shape === 'series' ? this.onsets(batch, told) : told.length;
    this.counters.explained += flagged.length - told.length;
    return told;
  }

  snapshot(): State {
    return {
      tail: this.tail.snapshot(),
      counters: { ...this.counters },
      lasting: [...this.lasting].sort(byName),
      episodes: [...this.episodes].sort(byName),
    };
  }

  restore({ tail, counters, lasting = [], episodes = [] }: State): void {
    this.tail.restore(tail);
    Object.assign(this.counters, counters);
    this.lasting.clear();
    for (const [name, rows] of lasting) this.lasting.set(name, rows);
    this.episodes.clear();
    for (const [name, left] of episodes) this.episodes.set(name, left);
  }

  /** Told readings that begin an episode of their series. Counted reading by reading, so batches do not matter. */
  private onsets(batch: SeriesBatch, told: readonly Told[]): number {
    if (told.length === 0 && this.episodes.size === 0) return 0;
    const rows = new Set(told.map(({ row }) => row));
    let onsets = 0;
    for (let row = 0; row < batch.rows; row++) {
      const name = batch.series[batch.code[row] as number] as string;
      const left = this.episodes.get(name);
      if (rows.has(row)) {
        if (left === undefined) onsets++;
        if (left !== undefined || this.episodes.size < MOST_LASTING) this.episodes.set(name, APART);
      } else if (left !== undefined) {
        if (left <= 1) this.episodes.delete(name);
        else this.episodes.set(name, left - 1);
      }
    }
    return onsets;
  }

  /** A device that stays flagged was found once: being stuck for an hour does not make it usual. */
  private rated(batch: ObservationBatch | SeriesBatch, row: number, score: number, once: boolean): number {
    if (batch.shape !== 'series' || !once) return this.tail.take(score);
    const name = batch.series[batch.code[row] as number] as string;
    const rows = this.lasting.get(name) ?? 0;
    const known = rows > 0 && rows < SETTLED ? this.tail.pValue(score) : Number.NaN;
    const pValue = known <= this.promise ? known : this.tail.take(score);
    if (pValue > this.promise) this.lasting.delete(name);
    else if (rows > 0 || this.lasting.size < MOST_LASTING) this.lasting.set(name, rows + 1);
    return pValue;
  }
}

function byName([one]: readonly [string, number], [other]: readonly [string, number]): number {
  return one < other ? -1 : 1;
}

function oneAnInterval(batch: SeriesBatch, flagged: readonly Told[], score: Float64Array, expected: Float64Array): readonly Told[] {
  const byStart = new Map<string, Told[]>();
  const silent = silentSources(batch);
  for (const told of flagged) {
    // Where nothing comes from a source, that its templates and hosts are silent says no more.
    const code = batch.code[told.row] as number;
    if (batch.value[told.row] === 0 && silent.get(batch.start[told.row] as number)?.has(code) === false) continue;
    // An outbreak of errors is another matter than how many lines came.
    const ofKind = batch.whole !== undefined && !Number.isNaN(batch.whole[told.row] as number);
    const start = `${batch.start[told.row]} ${ofKind}`;
    byStart.set(start, [...(byStart.get(start) ?? []), told]);
  }
  return [...byStart.values()].flatMap((told) => {
    const rows = told.map(({ row }) => row);
    const chosen = mostSpecific(batch, rows, score, expected);
    return told.filter(({ row }) => row === chosen);
  });
}

/** Sources without a line, by the start of the interval: codes of their series. */
function silentSources({ rows, series, code, value, start }: SeriesBatch): ReadonlyMap<number, ReadonlySet<number>> {
  const silent = new Map<number, Set<number>>();
  for (let row = 0; row < rows; row++) {
    const of = code[row] as number;
    if (value[row] !== 0 || series[of]?.startsWith('source ') !== true) continue;
    const at = start[row] as number;
    const known = silent.get(at);
    if (known === undefined) silent.set(at, new Set([of]));
    else known.add(of);
  }
  return silent;
}
