import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { axisLabels } from '../format/time.ts';

export interface SeriesChartProps {
  /** Seconds since 1970, ascending. */
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
  readonly label: string;
  readonly format: (value: number | null) => string;
  readonly height?: number;
  readonly bars?: boolean;
  /** End of the value axis; absent = a little above the largest value. */
  readonly most?: number;
  /** Called with seconds when a range was dragged. */
  readonly onRange?: (from: number, to: number) => void;
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** One line or bars over time; drag to choose a range. */
export default function SeriesChart({ x, y, label, format, height = 150, bars = false, most, onRange }: SeriesChartProps) {
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const range = useRef(onRange);
  range.current = onRange;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the plot is made anew only for another look; data come below.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const axis = {
      stroke: colour('--soft'),
      font: '11px Inter Variable',
      grid: { stroke: colour('--line'), width: 1 },
      ticks: { show: false },
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        padding: [8, 6, 0, 0],
        cursor: { points: { size: 6 }, drag: { setScale: false, x: range.current !== undefined, y: false } },
        scales: { x: { time: true }, y: { range: (_, __, max) => [0, most ?? (max > 0 ? max * 1.08 : 1)] } },
        axes: [
          { ...axis, grid: { show: false }, size: 26, space: 70, values: (_, splits) => axisLabels(splits) },
          { ...axis, size: 58, values: (_, splits) => splits.map((value) => format(value)), space: 34 },
        ],
        series: [
          {},
          {
            label,
            stroke: colour('--accent'),
            width: 1.5,
            fill: bars ? colour('--accent') : colour('--accent-soft'),
            points: { show: false },
            ...(bars && uPlot.paths.bars !== undefined ? { paths: uPlot.paths.bars({ size: [0.82, 40], align: 1 }), width: 0 } : {}),
          },
        ],
        hooks: {
          setSelect: [
            (u) => {
              if (u.select.width < 4) return;
              range.current?.(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      [x as number[], y as (number | null)[]],
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [scheme, height, bars, label, most]);

  useEffect(() => plot.current?.setData([x as number[], y as (number | null)[]]), [x, y]);
  const last = y.findLast((value) => value !== null) ?? null;
  return <div ref={place} className="chart" role="img" aria-label={`${label}; latest value ${format(last)}`} />;
}
