import type { Micros } from '../time.ts';

/** Several channels sampled at the same times: what forecasters learn from. */
export interface SeriesFrame {
  readonly rows: number;
  readonly channels: readonly string[];
  /** Of each channel, the device that the input names for it and what is read of it; absent = the input names none. */
  readonly devices?: readonly ChannelDevice[];
  /** (rows) start of each interval, ascending. */
  readonly times: Float64Array;
  /** One column of `rows` values per channel; NaN where nothing was reported. */
  readonly values: readonly Float64Array[];
  /** Usual distance of two rows. */
  readonly step: Micros;
  /** The input names no times: `times` only count the rows. */
  readonly undated?: true;
  /** Times were read off a wall clock: rows in an hour that it showed twice, and rows left out because it never showed their time. */
  readonly clockChanges?: { readonly zone: string; readonly repeated: number; readonly skipped: number };
  /** What reading it came upon. */
  readonly counts?: FrameCounts;
  /** How the input was read, in words. */
  readonly readAs?: string;
  /** Lines of text the rows were read from; absent where they are no lines. */
  readonly lines?: FrameLines;
  /** The same of each channel, where a row of the frame was read from several lines; 0 where there was none. */
  readonly channelLines?: readonly FrameLines[];
}

export interface ChannelDevice {
  readonly device: string;
  readonly measure: string;
}

export interface FrameCounts {
  /** Rows of a time that another row has had; only the first is kept. */
  readonly duplicates?: number;
  /** Rows before the one above them; they are put in order. */
  readonly unordered?: number;
  /** Rows left out because their time cannot be read. */
  readonly untimed?: number;
  /** Readings left out because there were too many series. */
  readonly dropped?: number;
  /** Counters that started anew: there is no rate; and that wrapped: theirs is right. */
  readonly resets?: number;
  readonly wraps?: number;
}

/** (rows) 1-based line, byte offset and length of each row, its line end included. */
export interface FrameLines {
  readonly line: Float64Array;
  readonly offset: Float64Array;
  readonly length: Int32Array;
}

/** Rows from..to (half-open) as views. */
export function frameRows(frame: SeriesFrame, from: number, to: number): SeriesFrame {
  return {
    ...frame,
    rows: Math.max(0, to - from),
    times: frame.times.subarray(from, to),
    values: frame.values.map((column) => column.subarray(from, to)),
    ...(frame.lines !== undefined && { lines: linesOf(frame.lines, from, to) }),
    ...(frame.channelLines !== undefined && { channelLines: frame.channelLines.map((lines) => linesOf(lines, from, to)) }),
  };
}

function linesOf({ line, offset, length }: FrameLines, from: number, to: number): FrameLines {
  return { line: line.subarray(from, to), offset: offset.subarray(from, to), length: length.subarray(from, to) };
}

/** The usual distance of readings after one more, NaN or 0 while none is known; a single gap moves it little. */
export function usualDistance(usual: Micros, distance: Micros): Micros {
  if (!(usual > 0)) return distance;
  return usual + 0.1 * (Math.min(Math.max(distance, usual / 4), usual * 4) - usual);
}

/** The most frequent positive distance of neighbouring times; 1 s where there is none. */
export function usualStep(times: Float64Array): Micros {
  const counts = new Map<number, number>();
  let best = 1_000_000;
  let most = 0;
  for (let i = 1; i < Math.min(times.length, 10_000); i++) {
    const gap = (times[i] as number) - (times[i - 1] as number);
    if (!(gap > 0)) continue;
    const count = (counts.get(gap) ?? 0) + 1;
    counts.set(gap, count);
    if (count > most) {
      most = count;
      best = gap;
    }
  }
  return best;
}
