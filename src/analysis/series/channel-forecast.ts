import { frameRows, type SeriesFrame } from '../../core/index.ts';
import { fillGaps, lowestExpected, lowestOf } from '../../ml/index.ts';
import type { ReportChannel } from '../../sinks/report/index.ts';
import { type ForecastModel, forecastNext, trainForecast } from '../../training/series/index.ts';
import { byHour, weekly } from './bands-by-hour.ts';

/** Bins of a chart. */
const BINS = 500;
/** Rows and channels that are forecast; drawing more would help nobody. */
const MOST_ROWS = 20_000;
const MOST_CHANNELS = 12;
const STEPS = 24;

/** The channels with the most findings, with the band of their one-step forecasts and the next steps. */
export async function drawnChannels(
  frame: SeriesFrame,
  findings: readonly { readonly key: string }[],
  seed: number,
  stored?: ForecastModel,
): Promise<ReportChannel[]> {
  const counts = new Map<string, number>();
  for (const { key } of findings) counts.set(key, (counts.get(key) ?? 0) + 1);
  const order = frame.channels.map((_, c) => c).sort((a, b) => countOf(b) - countOf(a) || a - b);
  const kept = order.slice(0, MOST_CHANNELS).sort((a, b) => a - b);
  const from = Math.max(0, frame.rows - MOST_ROWS);
  const drawn = frameRows(
    { ...frame, channels: kept.map((c) => frame.channels[c] as string), values: kept.map((c) => frame.values[c] as Float64Array) },
    from,
    frame.rows,
  );
  const forecast = await forecastOf(drawn, seed, stored);
  return drawn.channels.map((name, c) => channel(drawn, name, c, forecast));

  function countOf(channel: number): number {
    return counts.get(frame.channels[channel] as string) ?? 0;
  }
}

export interface ChannelBands {
  readonly coverage: number;
  /** (rows) per channel, one step ahead; NaN where there is not enough history. */
  readonly expected: readonly Float64Array[];
  /** (rows) per channel: half width of the band. */
  readonly widths: readonly Float64Array[];
  readonly next: Awaited<ReturnType<typeof forecastNext>>;
  /** (steps) per channel: half widths of the intervals of `next`. */
  readonly nextWidths: readonly Float64Array[];
}

/** The stored model where it knows these channels, else the better of ridge and rhythm, learnt from the first four fifths; undefined for a series too short for it. */
async function forecastOf(frame: SeriesFrame, seed: number, stored: ForecastModel | undefined): Promise<ChannelBands | undefined> {
  const filled = fillGaps(frame);
  const channels = frame.channels.length;
  try {
    const own = stored?.channels.every((name, c) => frame.channels[c] === name) === true && stored.channels.length === channels;
    const model = own ? (stored as ForecastModel) : await better(filled, seed);
    const { forecaster, steps } = model;
    const first = forecaster.history - 1;
    const origins = Int32Array.from({ length: Math.max(0, frame.rows - 1 - first) }, (_, i) => first + i);
    const out = await forecaster.forecast(filled, origins);
    const expected = frame.channels.map((_, c) => {
      const column = new Float64Array(frame.rows).fill(Number.NaN);
      for (let i = 0; i < origins.length; i++) column[first + i + 1] = out[i * steps * channels + c] as number;
      return column;
    });
    const next = await forecastNext(model, filled);
    const widths = frame.channels.map((_, c) => new Float64Array(frame.rows).fill(model.widths[c] as number));
    const nextWidths = frame.channels.map((_, c) =>
      Float64Array.from({ length: steps }, (_, k) => model.widths[k * channels + c] as number),
    );
    const bands = { coverage: model.coverage, expected, widths, next, nextWidths };
    return weekly(frame) ? byHour(bands, filled) : bands;
  } catch (error) {
    if ((error as { code?: string }).code === 'DATA_INSUFFICIENT') return undefined;
    throw error;
  }
}

/** Of ridge and, where the rows tell weekdays from weekends, rhythm, the one that errs less on rows held back, over all steps. */
async function better(frame: SeriesFrame, seed: number): Promise<ForecastModel> {
  const ridge = await trainForecast(frame, { algorithm: 'ridge', steps: STEPS, seed });
  if (!weekly(frame)) return ridge.model;
  const rhythm = await trainForecast(frame, { algorithm: 'rhythm', steps: STEPS, seed });
  const errorOf = ({ comparison }: typeof ridge) => (comparison[0]?.mase ?? []).reduce((sum, one) => sum + one, 0);
  return errorOf(rhythm) < errorOf(ridge) ? rhythm.model : ridge.model;
}

function channel(frame: SeriesFrame, name: string, c: number, forecast: ChannelBands | undefined): ReportChannel {
  const start = frame.times[0] as number;
  const end = (frame.times[frame.rows - 1] as number) + frame.step;
  const bins = Math.max(1, Math.min(BINS, Math.ceil((end - start) / frame.step)));
  const binMicros = (end - start) / bins;
  const binOf = (row: number) => Math.min(bins - 1, Math.floor(((frame.times[row] as number) - start) / binMicros));
  const [low, high] = envelope(frame.values[c] as Float64Array, bins, binOf);
  const edge = (sign: 1 | -1) => {
    const lowest = lowestOf(frame.values[c] as Float64Array);
    const widths = forecast?.widths[c];
    return (forecast?.expected[c] ?? new Float64Array(0)).map((value, row) =>
      lowestExpected(value + sign * (widths?.[row] as number), lowest),
    );
  };
  return {
    name,
    key: name,
    start,
    binMicros,
    low,
    high,
    lower: forecast === undefined ? new Float64Array(0) : envelope(edge(-1), bins, binOf)[0],
    upper: forecast === undefined ? new Float64Array(0) : envelope(edge(1), bins, binOf)[1],
    coverage: forecast?.coverage ?? Number.NaN,
    forecast: forecast?.next[c]?.next ?? [],
  };
}

/** Least and most of the finite values of each bin; NaN in empty ones. */
function envelope(values: Float64Array, bins: number, binOf: (row: number) => number): [Float64Array, Float64Array] {
  const low = new Float64Array(bins).fill(Number.NaN);
  const high = low.slice();
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (!Number.isFinite(value)) continue;
    const bin = binOf(row);
    if (!((low[bin] as number) <= value)) low[bin] = value;
    if (!((high[bin] as number) >= value)) high[bin] = value;
  }
  return [low, high];
}
