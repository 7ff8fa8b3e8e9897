import { useCallback, useMemo } from 'react';
import uPlot from 'uplot';
import { Plot, type PlotProps } from './plot.tsx';

export interface SeriesChartProps extends Pick<PlotProps, 'x' | 'format' | 'onRange'> {
  readonly y: readonly (number | null)[];
  readonly label: string;
  readonly height?: number;
  readonly bars?: boolean;
  /** End of the value axis; absent = a little above the largest value. */
  readonly most?: number;
}

/** One line or bars over time. */
export default function SeriesChart({ x, y, label, format, height = 150, bars = false, most, onRange }: SeriesChartProps) {
  const look = useCallback<PlotProps['look']>(
    (colour) => ({
      range: (_, __, max) => [0, most ?? (max > 0 ? max * 1.08 : 1)],
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
    }),
    [bars, label, most],
  );
  const columns = useMemo(() => [y], [y]);
  const last = y.findLast((value) => value !== null) ?? null;
  return (
    <Plot
      x={x}
      columns={columns}
      look={look}
      format={format}
      read={(index) => format(y[index] ?? null)}
      label={`${label}; latest value ${format(last)}`}
      height={height}
      onRange={onRange}
    />
  );
}
