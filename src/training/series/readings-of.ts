import type { SeriesBatch, SeriesFrame } from '../../core/index.ts';

/** Rows [from, to) of a frame as readings, row by row; the channels are series of one entity. */
export function readingsOf(frame: SeriesFrame, entity: string, from = 0, to = frame.rows): SeriesBatch {
  const channels = frame.channels.length;
  const rows = Math.max(0, to - from) * channels;
  const rowOf = (i: number) => from + Math.floor(i / channels);
  const start = Float64Array.from({ length: rows }, (_, i) => frame.times[rowOf(i)] as number);
  return {
    shape: 'series',
    rows,
    series: frame.channels,
    code: Int32Array.from({ length: rows }, (_, i) => i % channels),
    entities: frame.channels.map(() => entity),
    value: Float64Array.from({ length: rows }, (_, i) => (frame.values[i % channels] as Float64Array)[rowOf(i)] as number),
    start,
    end: start.map((time) => time + frame.step),
  };
}
