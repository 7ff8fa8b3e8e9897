import { type SeriesFrame, VedetteError } from '../../core/index.ts';
import { figureOwner, seriesName, ZERO_OF_NOTHING } from '../../features/index.ts';
import type { NamedFrame } from '../series/read-series.ts';
import type { StoredWindows } from './read-windows.ts';

/** Series with a channel of their own: those of the keys with most events. */
const CHANNELS = 32;
/** Most steps of time. */
const ROWS = 200_000;

/**
 * Windows as series named like those of the running pipeline. A key without events counts 0 where its aggregate counts, else nothing. `wanted`: these channels, those of a
 * model, instead of the busiest. */
export function windowFrame({ plan, batch, sha256 }: StoredWindows, wanted?: readonly string[]): NamedFrame {
  const { window, name } = plan;
  if (window.type === 'session') {
    throw new VedetteError('USAGE', `${name} is taken over sessions, which are no steps of time`, {
      hint: 'Forecast a feature with tumbling or sliding windows.',
    });
  }
  const step = window.type === 'sliding' ? window.slide : window.size;
  const { start, rows, columns, feature } = batch;
  const first = start[0] ?? 0;
  const steps = rows === 0 ? 0 : Math.round(((start[rows - 1] as number) - first) / step) + 1;
  if (steps < 1 || steps > ROWS) {
    throw new VedetteError('DATA_INSUFFICIENT', `${steps} windows of ${name} follow one another; a series has 1 to ${ROWS} steps`, {
      hint: 'Give another time.',
    });
  }
  const keys = new Map<string, { readonly rows: number[]; readonly order: number; events: number }>();
  for (let row = 0; row < rows; row++) {
    const { entity, further } = figureOwner(batch, row);
    const id = JSON.stringify([entity, further]);
    const key = keys.get(id) ?? { rows: [], order: keys.size, events: 0 };
    keys.set(id, key);
    key.rows.push(row);
    key.events += batch.events[row] as number;
  }
  const most = Math.max(1, Math.floor(CHANNELS / columns.length));
  const busiest = [...keys.values()].sort((a, b) => b.events - a.events || a.order - b.order);
  const channels = (wanted === undefined ? busiest.slice(0, most) : busiest).flatMap((key) => {
    const { entity, further } = figureOwner(batch, key.rows[0] as number);
    return columns.flatMap((column, i) => {
      const channel = seriesName(entity, [feature, column, ...further].join(' '));
      if (wanted !== undefined && !wanted.includes(channel)) return [];
      const aggregate = plan.aggregates[i]?.name;
      const silent = aggregate !== undefined && ZERO_OF_NOTHING.has(aggregate) ? 0 : Number.NaN;
      const values = new Float64Array(steps).fill(silent);
      for (const row of key.rows) {
        values[Math.round(((start[row] as number) - first) / step)] = batch.values[row * columns.length + i] as number;
      }
      return [{ channel, values }];
    });
  });
  const told = channels.filter(({ values }) => values.some((value) => !Number.isNaN(value)));
  const frame: SeriesFrame = {
    rows: steps,
    step,
    times: Float64Array.from({ length: steps }, (_, i) => first + i * step),
    channels: told.map(({ channel }) => channel),
    values: told.map(({ values }) => values),
  };
  return { name: feature, bytes: 0, frame, sha256 };
}
