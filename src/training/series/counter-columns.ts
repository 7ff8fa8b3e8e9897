import type { SeriesFrame } from '../../core/index.ts';
import { counterStep } from '../../features/index.ts';

/** Names of what only counts up. */
const COUNTING =
  /(_total|_count|_counter|counter)$|octets|^ifh?c?(in|out)|(bytes|packets|requests|errors|events)[_ ](sent|received|total|in|out)$|^[rt]x[_ ]?(bytes|packets|errors)$/i;
/** Names of what may rise row after row without counting. */
const STATES =
  /used|usage|size|level|percent|ratio|temp|free|avail|capacity|time|date|year|uptime|position|weight|price|(^|_)(id|no|nr|seq|index|row)$/i;
/** Rows without which a column of no such name is not taken for a counter, and share of them in which it rises. */
const LEAST_ROWS = 50;
const RISING = 0.95;
/** A fall to less than this share of the value before is a new start. */
const ANEW = 0.1;
const MOST_NAMED = 10;

/**
 * Counters as rates a second since the reading before: a column that only rises or starts anew, and whose name says that it counts or
 * whose whole numbers rise in nearly every row. Where one started anew there is no rate.
 */
export function ratesOfCounters(frame: SeriesFrame): SeriesFrame {
  if (frame.undated === true) return frame;
  const counts = { resets: 0, wraps: 0 };
  const counters: string[] = [];
  const values = frame.values.map((column, c) => {
    const name = frame.channels[c] as string;
    if (!isCounter(name, column)) return column;
    counters.push(name);
    return rates(frame.times, column, counts);
  });
  if (counters.length === 0) return frame;
  const named = `${counters.slice(0, MOST_NAMED).join(', ')}${counters.length > MOST_NAMED ? ` and ${counters.length - MOST_NAMED} more` : ''}`;
  const told = `${named} ${counters.length === 1 ? 'was read as a counter: its values' : 'were read as counters: their values'} are rates a second.`;
  return {
    ...frame,
    values,
    readAs: frame.readAs === undefined ? `${told[0]?.toUpperCase()}${told.slice(1)}` : `${frame.readAs} ${told}`,
    counts: { ...frame.counts, ...counts },
  };
}

function isCounter(name: string, column: Float64Array): boolean {
  let [before, steps, rises, whole] = [Number.NaN, 0, 0, true];
  for (const value of column) {
    if (!Number.isFinite(value)) continue;
    if (value < 0) return false;
    whole &&= Number.isInteger(value);
    if (!Number.isNaN(before)) {
      steps++;
      if (value > before) rises++;
      else if (value < before && value > ANEW * before && counterStep(before, value).kind === 'reset') return false;
    }
    before = value;
  }
  if (rises === 0 || steps < 9) return false;
  if (COUNTING.test(name)) return rises >= 0.1 * steps;
  return whole && steps >= LEAST_ROWS && rises >= RISING * steps && !STATES.test(name);
}

function rates(times: Float64Array, column: Float64Array, counts: { resets: number; wraps: number }): Float64Array {
  const out = new Float64Array(column.length).fill(Number.NaN);
  let before = -1;
  for (const [row, value] of column.entries()) {
    if (!Number.isFinite(value)) continue;
    if (before >= 0) {
      const step = counterStep(column[before] as number, value);
      if (step.kind === 'reset') counts.resets++;
      else out[row] = step.increase / (((times[row] as number) - (times[before] as number)) / 1e6);
      if (step.kind === 'wrap') counts.wraps++;
    }
    before = row;
  }
  return out;
}
