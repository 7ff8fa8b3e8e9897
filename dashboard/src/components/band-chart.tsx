import { useCallback, useMemo } from 'react';
import { reading, readingRange } from '../format/unit.ts';
import { Plot, type PlotProps } from './plot.tsx';

type Values = readonly (number | null)[];

export interface BandChartProps extends Pick<PlotProps, 'x' | 'label' | 'height' | 'onRange'> {
  /** Of the series, which tells the unit. */
  readonly name: string;
  /** Mean of each point; the forecast continues what was observed. */
  readonly observed: Values;
  /** Least and greatest reading of each point. */
  readonly least: Values;
  readonly greatest: Values;
  /** What was expected, with the band it was expected in. */
  readonly expected: Values;
  readonly lower: Values;
  readonly upper: Values;
  readonly forecast: Values;
  readonly forecastLower: Values;
  readonly forecastUpper: Values;
  /** Marked anomalies, seconds. */
  readonly marks: readonly { readonly from: number; readonly to: number; readonly colour: string }[];
}

/** One series: what was observed, the band it was expected in, what is forecast, and what was marked. */
export default function BandChart({ x, name, label, height, onRange, marks, ...values }: BandChartProps) {
  const { observed, least, greatest, expected, lower, upper, forecast, forecastLower, forecastUpper } = values;
  const columns = useMemo(
    () => [upper, lower, expected, forecastUpper, forecastLower, forecast, greatest, least, observed],
    [upper, lower, expected, forecastUpper, forecastLower, forecast, greatest, least, observed],
  );
  const look = useCallback<PlotProps['look']>(
    (colour) => {
      const edge = { stroke: 'transparent', width: 0, points: { show: false } };
      const line = (name: string, stroke: string, dash?: number[]) => ({
        ...{ label: name, stroke: colour(stroke), width: 1.5, points: { show: false } },
        ...(dash === undefined ? {} : { dash }),
      });
      return {
        range: (_, min, max) => rangeOf(min, max),
        series: [
          {},
          { ...edge, label: 'upper' },
          { ...edge, label: 'lower' },
          line('expected', '--soft', [4, 3]),
          { ...edge, label: 'forecast upper' },
          { ...edge, label: 'forecast lower' },
          line('forecast', '--c3', [6, 3]),
          { ...edge, label: 'greatest' },
          { ...edge, label: 'least' },
          line('observed', '--accent'),
        ],
        bands: [
          { series: [1, 2], fill: colour('--accent-soft') },
          { series: [4, 5], fill: colour('--raised') },
          { series: [7, 8], fill: `${colour('--accent')}59` },
        ],
        hooks: {
          drawClear: [
            (u) => {
              for (const mark of marks) {
                const left = u.valToPos(mark.from, 'x', true);
                const width = Math.max(3, u.valToPos(mark.to, 'x', true) - left);
                u.ctx.save();
                u.ctx.globalAlpha = 0.28;
                u.ctx.fillStyle = colour(mark.colour);
                u.ctx.fillRect(left, u.bbox.top, width, u.bbox.height);
                u.ctx.restore();
              }
            },
          ],
        },
      };
    },
    [marks],
  );
  const read = (index: number) => {
    const at = (of: Values) => reading(of[index], name);
    const span = (low: Values, high: Values) => readingRange(low[index], high[index], name);
    if (typeof observed[index] === 'number') return `observed ${at(observed)} · expected ${at(expected)} (${span(lower, upper)})`;
    return typeof forecast[index] === 'number' ? `forecast ${at(forecast)} (${span(forecastLower, forecastUpper)})` : '';
  };
  const format = useCallback((value: number | null) => reading(value, name), [name]);
  return <Plot x={x} columns={columns} look={look} format={format} read={read} label={label} height={height} onRange={onRange} />;
}

/** A little around all values; what never moves is drawn as a line at rest, not as its rounding errors. */
function rangeOf(min: number, max: number): [number, number] {
  const [low, high] = [min ?? 0, max ?? 0];
  const span = high - low;
  if (span <= 1e-3 * Math.max(Math.abs(low), Math.abs(high), 1e-3)) {
    const half = Math.max(0.05 * Math.abs(high), 0.5);
    return low >= 0 && low < half ? [0, high + half] : [low - half, high + half];
  }
  return [low >= 0 && low < 0.08 * span ? 0 : low - 0.05 * span, high + 0.05 * span];
}
