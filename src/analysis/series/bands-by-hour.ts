import { MICROS_PER_DAY, type SeriesFrame } from '../../core/index.ts';
import { HOURS_OF_KINDS, lowestExpected, lowestOf, slotOf } from '../../ml/index.ts';
import type { ChannelBands } from './channel-forecast.ts';

/** Errors of all hours that those of one hour are weighed with. */
const PRIOR = 4;
/** No hour errs by less than this share of what all do. */
const LEAST = 0.05;

/** Whether the rows tell weekdays from weekends. */
export function weekly(frame: SeriesFrame): boolean {
  const span = (frame.times[frame.rows - 1] as number) - (frame.times[0] as number);
  return frame.undated !== true && frame.step <= MICROS_PER_DAY / 12 && span >= 14 * MICROS_PER_DAY;
}

/**
 * Bands as wide as errors are at their hour, weekdays and weekend apart: a night of few requests errs by less than a noon. As many
 * of all rows as promised lie within; what is abnormal in the rows held back does not widen them. Further ahead they are wider by as
 * much as the model's own intervals are.
 */
export function byHour(bands: ChannelBands, { times, values, channels }: SeriesFrame): ChannelBands {
  const factors: number[] = [];
  const scales = channels.map((_, c) => {
    const { scale, relative } = hourScale(times, values[c] as Float64Array, bands.expected[c] as Float64Array);
    factors.push(relative[Math.min(relative.length - 1, Math.floor(bands.coverage * relative.length))] ?? Number.NaN);
    return scale;
  });
  const widths = bands.widths.map((column, c) => {
    const factor = factors[c] as number;
    return Number.isFinite(factor) ? column.map((_, row) => factor * (scales[c]?.[slotOf(times[row] as number)] as number)) : column;
  });
  const next = bands.next.map(({ channel, next: points }, c) => {
    const lowest = lowestOf(values[c] as Float64Array);
    const first = bands.widths[c]?.[0] as number;
    return {
      channel,
      next: points.map((point, k) => {
        const growth = first > 0 ? Math.max(1, (bands.nextWidths[c]?.[k] as number) / first) : 1;
        const half = (factors[c] as number) * growth * (scales[c]?.[slotOf(point.time)] as number);
        if (!Number.isFinite(half)) return point;
        return { ...point, lower: lowestExpected(point.value - half, lowest), upper: point.value + half };
      }),
    };
  });
  return { ...bands, widths, next };
}

/** Usual error of each of the 48 hours; errors in it, ascending, of the rows that were forecast. */
function hourScale(times: Float64Array, values: Float64Array, expected: Float64Array): { scale: Float64Array; relative: Float64Array } {
  const errors = values.map((value, row) => Math.abs(value - (expected[row] as number)));
  const bySlot = Array.from({ length: HOURS_OF_KINDS }, (): number[] => []);
  for (const [row, error] of errors.entries()) if (Number.isFinite(error)) (bySlot[slotOf(times[row] as number)] as number[]).push(error);
  const typical = Math.max(median(errors.filter(Number.isFinite)), 1e-12);
  const scale = Float64Array.from(bySlot, (own) => {
    const weighed = own.length === 0 ? typical : (own.length * median(own) + PRIOR * typical) / (own.length + PRIOR);
    return Math.max(LEAST * typical, weighed);
  });
  const relative = errors.map((error, row) => error / (scale[slotOf(times[row] as number)] as number));
  return { scale, relative: relative.filter(Number.isFinite).sort() };
}

function median(values: readonly number[] | Float64Array): number {
  return Float64Array.from(values).sort()[values.length >> 1] ?? Number.NaN;
}
