import { type ChannelDevice, type FrameLines, MAX_SERIES_NAME, type Micros, usualStep, VedetteError } from '../../core/index.ts';

const MOST_SERIES = 10_000;
/** Of all series and rows, those without a reading among them. */
const MOST_CELLS = 100_000_000;
/** The same, above which only the first line of each row is kept. */
const MOST_PLACES = 10_000_000;

interface Place {
  readonly line: number;
  readonly offset: number;
  readonly length: number;
}

interface LongSeries {
  readonly of: ChannelDevice;
  readonly times: Micros[];
  readonly values: number[];
  readonly places: Place[];
}

/**
 * Rows of time, labels and value, collected into a column for each label. Series that are not read at the same times share rows of
 * the usual distance of their readings, each with the first reading of it.
 */
export class LongTable {
  readonly #series = new Map<string, LongSeries>();
  #dropped = 0;

  /** Values without a number say that there was none. */
  add(time: Micros, of: ChannelDevice, value: number, place: Place): void {
    const name = (of.device === '' ? of.measure : `${of.device} ${of.measure}`).slice(0, MAX_SERIES_NAME);
    let series = this.#series.get(name);
    if (series === undefined) {
      if (this.#series.size >= MOST_SERIES) {
        this.#dropped++;
        return;
      }
      series = { of, times: [], values: [], places: [] };
      this.#series.set(name, series);
    }
    series.times.push(time);
    series.values.push(value);
    series.places.push(place);
  }

  finish() {
    const all = [...this.#series.values()];
    const apart = new Set(all.flatMap(({ times }) => times)).size;
    // Where the series have times of their own, rows are bins with the first reading in their middle.
    const shared = apart <= 1.5 * Math.max(...all.map(({ times }) => times.length));
    const step = shared ? 0 : Math.min(...all.map(({ times }) => usualStep(Float64Array.from(times).sort())).filter((one) => one > 0));
    const first = all.reduce((least, one) => one.times.reduce((min, time) => Math.min(min, time), least), Number.POSITIVE_INFINITY);
    const rowTime = (time: Micros) => (shared || !Number.isFinite(step) ? time : first + Math.floor((time - first) / step + 0.5) * step);
    let duplicates = 0;
    const times = [...new Set(all.flatMap((one) => one.times.map(rowTime)))].sort((a, b) => a - b);
    if (times.length * all.length > MOST_CELLS) {
      throw new VedetteError('LIMIT_EXCEEDED', `${all.length} series at ${times.length} times are more than can be held at once`, {
        hint: 'give the series in several files, or a shorter time',
      });
    }
    const rowOf = new Map(times.map((time, row) => [time, row]));
    const places = {
      line: new Array<number>(times.length).fill(0),
      offset: new Array<number>(times.length).fill(0),
      length: new Array<number>(times.length).fill(0),
    };
    const channelLines: FrameLines[] = [];
    const placed = times.length * all.length <= MOST_PLACES;
    const values = all.map((one) => {
      const own = linesFor(placed ? times.length : 0);
      if (placed) channelLines.push(own);
      const column = new Array<number>(times.length).fill(Number.NaN);
      for (const [i, time] of one.times.entries()) {
        const row = rowOf.get(rowTime(time)) as number;
        const { line, offset, length } = one.places[i] as Place;
        if (!Number.isNaN(column[row] as number)) duplicates++;
        else {
          column[row] = one.values[i] as number;
          if (placed) [own.line[row], own.offset[row], own.length[row]] = [line, offset, length];
        }
        if (places.line[row] === 0) [places.line[row], places.offset[row], places.length[row]] = [line, offset, length];
      }
      return column;
    });
    const devices = all.some(({ of }) => of.device !== '') ? all.map(({ of }) => of) : undefined;
    return {
      channels: [...this.#series.keys()],
      devices,
      ...(placed && { channelLines }),
      times,
      values,
      places,
      dropped: this.#dropped,
      duplicates,
    };
  }
}

function linesFor(rows: number): FrameLines {
  return { line: new Float64Array(rows), offset: new Float64Array(rows), length: new Int32Array(rows) };
}
