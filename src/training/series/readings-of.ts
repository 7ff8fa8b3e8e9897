import type { ChannelDevice, SeriesBatch, SeriesFrame } from '../../core/index.ts';

/** Rows [from, to) of a frame as readings, row by row; the channels are series of one entity, or of the devices that the frame names. */
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
    entities: frame.channels.map((_, c) => frame.devices?.[c]?.device || entity),
    ...(frame.devices !== undefined && { peers: peersOf(frame.devices) }),
    value: Float64Array.from({ length: rows }, (_, i) => (frame.values[i % channels] as Float64Array)[rowOf(i)] as number),
    start,
    end: start.map((time) => time + frame.step),
  };
}

/** Series of one device belong together; devices with one series each are compared by what they measure. */
function peersOf(devices: readonly ChannelDevice[]): string[] {
  const series = new Map<string, number>();
  for (const { device } of devices) series.set(device, (series.get(device) ?? 0) + 1);
  return devices.map(({ device, measure }) => (series.get(device) === 1 ? `all ${measure}` : device));
}
