import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { amount } from '../format/number.ts';
import { axisLabels } from '../format/time.ts';

type Values = readonly (number | null)[];

export interface BandChartProps {
  /** Seconds since 1970, ascending; the forecast continues what was observed. */
  readonly x: readonly number[];
  readonly observed: Values;
  /** What was expected, with the band it was expected in. */
  readonly expected: Values;
  readonly lower: Values;
  readonly upper: Values;
  readonly forecast: Values;
  readonly forecastLower: Values;
  readonly forecastUpper: Values;
  /** Marked anomalies, seconds. */
  readonly marks: readonly { readonly from: number; readonly to: number; readonly colour: string }[];
  readonly label: string;
  readonly height: number;
  readonly onRange: (from: number, to: number) => void;
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** One series: what was observed, the band it was expected in, what is forecast, and what was marked. Drag to zoom. */
export default function BandChart(props: BandChartProps) {
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const range = useRef(props.onRange);
  range.current = props.onRange;
  const { x, observed, expected, lower, upper, forecast, forecastLower, forecastUpper, marks, label, height } = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another colour scheme gives other colours.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const axis = {
      stroke: colour('--soft'),
      font: '11px Inter Variable',
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const edge = { stroke: 'transparent', width: 0, points: { show: false } };
    const line = (name: string, stroke: string, dash?: number[]) => ({
      ...{ label: name, stroke: colour(stroke), width: 1.5, points: { show: false } },
      ...(dash === undefined ? {} : { dash }),
    });
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        padding: [8, 6, 0, 0],
        cursor: { points: { size: 6 }, drag: { setScale: false, x: true, y: false } },
        scales: { x: { time: true } },
        axes: [
          { ...axis, grid: { show: false }, size: 26, space: 70, values: (_, splits) => axisLabels(splits) },
          { ...axis, size: 64, values: (_, splits) => splits.map(amount), space: 34 },
        ],
        series: [
          {},
          { ...edge, label: 'upper' },
          { ...edge, label: 'lower' },
          line('expected', '--soft', [4, 3]),
          { ...edge, label: 'forecast upper' },
          { ...edge, label: 'forecast lower' },
          line('forecast', '--c3', [6, 3]),
          line('observed', '--accent'),
        ],
        bands: [
          { series: [1, 2], fill: colour('--accent-soft') },
          { series: [4, 5], fill: colour('--raised') },
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
          setSelect: [
            (u) => {
              if (u.select.width < 4) return;
              range.current(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      [x, upper, lower, expected, forecastUpper, forecastLower, forecast, observed] as unknown as uPlot.AlignedData,
      element,
    );
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [scheme, x, observed, expected, lower, upper, forecast, forecastLower, forecastUpper, marks, height]);

  return <div ref={place} className="chart" role="img" aria-label={label} />;
}
