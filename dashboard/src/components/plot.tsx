import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { axisLabels, SECOND, zoned } from '../format/time.ts';
import { inUtc } from '../format/zone.ts';

type Column = readonly (number | null)[];
type Colour = (name: string) => string;

export interface PlotProps {
  /** Seconds since 1970, ascending. */
  readonly x: readonly number[];
  readonly columns: readonly Column[];
  /** How the columns are drawn; made anew for each colour scheme. The same function = the same look, then only data change. */
  readonly look: (colour: Colour) => Pick<uPlot.Options, 'series' | 'bands' | 'hooks'> & { readonly range?: uPlot.Range.Function };
  readonly format: (value: number | null) => string;
  /** What is said of the point under the pointer, without its time. */
  readonly read: (index: number) => string;
  readonly label: string;
  readonly height: number;
  /** Called with seconds when a range was dragged. */
  readonly onRange?: ((from: number, to: number) => void) | undefined;
}

const colour: Colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const BINARY = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** Values over time on a canvas that follows the size of its place; the pointer reads them, dragging chooses a range. */
export function Plot({ x, columns, look, format, read, label, height, onRange }: PlotProps) {
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const said = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const now = useRef({ onRange, read });
  now.current = { onRange, read };

  // biome-ignore lint/correctness/useExhaustiveDependencies: made anew only for another look; data come below.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const axis = { stroke: colour('--soft'), font: '11px Inter Variable', ticks: { show: false } };
    const { series, bands, hooks, range } = look(colour);
    const bytes = format(1024).startsWith('1 KiB');
    const made = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        padding: [8, 16, 0, 0],
        tzDate: (second) => (inUtc() ? uPlot.tzDate(new Date(second * 1000), 'Etc/UTC') : new Date(second * 1000)),
        cursor: { points: { size: 6 }, drag: { setScale: false, x: now.current.onRange !== undefined, y: false } },
        scales: { x: { time: true }, ...(range === undefined ? {} : { y: { range } }) },
        axes: [
          { ...axis, grid: { show: false }, size: 22, gap: 4, space: 76, values: (_, splits) => axisLabels(splits) },
          {
            ...axis,
            grid: { stroke: colour('--line'), width: 1 },
            size: 62,
            space: 26,
            values: (_, splits) => splits.map((value) => format(value)),
            ...(bytes ? { incrs: BINARY } : {}),
          },
        ],
        series: [{}, ...series.slice(1)],
        ...(bands === undefined ? {} : { bands }),
        hooks: {
          ...hooks,
          setCursor: [
            (u) => {
              if (said.current === null) return;
              const { idx } = u.cursor;
              const at = idx === null || idx === undefined ? undefined : u.data[0][idx];
              said.current.textContent =
                at === undefined || idx === null || idx === undefined ? '' : `${zoned(at * SECOND)}  ${now.current.read(idx)}`;
            },
          ],
          setSelect: [
            (u) => {
              if (u.select.width < 4) return;
              now.current.onRange?.(u.posToVal(u.select.left, 'x'), u.posToVal(u.select.left + u.select.width, 'x'));
              u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            },
          ],
        },
      },
      [x, ...columns] as unknown as uPlot.AlignedData,
      element,
    );
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [scheme, look, height]);

  useEffect(() => plot.current?.setData([x, ...columns] as unknown as uPlot.AlignedData), [x, columns]);
  return (
    <div className="plot">
      <div ref={place} className="chart" role="img" aria-label={label} />
      <div ref={said} className="plot-read num" aria-hidden />
    </div>
  );
}
