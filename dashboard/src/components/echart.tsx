import { useComputedColorScheme } from '@mantine/core';
import { BarChart, HeatmapChart, LineChart } from 'echarts/charts';
import { BrushComponent, GridComponent, TooltipComponent, VisualMapComponent } from 'echarts/components';
import { type EChartsCoreOption, type EChartsType, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([BarChart, HeatmapChart, LineChart, BrushComponent, GridComponent, TooltipComponent, VisualMapComponent, CanvasRenderer]);

export interface EChartProps {
  /** Made anew for each colour scheme; `colour` gives the value of a variable of styles/base.css. */
  readonly option: (colour: (name: string) => string) => EChartsCoreOption;
  readonly height: number;
  readonly label: string;
  readonly onClick?: (dataIndex: number) => void;
  /** First and last category of the x axis that were dragged over. */
  readonly onBrush?: (from: number, to: number) => void;
  /** Index of the item that the keyboard is on. */
  readonly at?: number;
}

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A chart of ECharts, drawn on a canvas that follows the size of its place. */
export default function EChart({ option, height, label, onClick, onBrush, at }: EChartProps) {
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(undefined);
  const handlers = useRef({ onClick, onBrush });
  handlers.current = { onClick, onBrush };

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = init(element, undefined, { renderer: 'canvas' });
    chart.current = made;
    made.on('click', ({ dataIndex }) => typeof dataIndex === 'number' && handlers.current.onClick?.(dataIndex));
    made.on('brushEnd', (event) => {
      const { areas } = event as { areas: readonly { coordRange?: readonly number[] }[] };
      const [from, to] = areas[0]?.coordRange ?? [];
      made.dispatchAction({ type: 'brush', areas: [] });
      if (from !== undefined && to !== undefined && to > from) handlers.current.onBrush?.(from, to);
    });
    const resized = new ResizeObserver(() => made.resize());
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.dispose();
    };
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another colour scheme gives other colours.
  useEffect(() => {
    chart.current?.setOption({ animation: false, ...option(colour) }, { notMerge: true });
    if (handlers.current.onBrush !== undefined)
      chart.current?.dispatchAction({ type: 'takeGlobalCursor', key: 'brush', brushOption: { brushType: 'lineX', brushMode: 'single' } });
  }, [option, scheme, height]);

  useEffect(() => {
    if (at === undefined) chart.current?.dispatchAction({ type: 'hideTip' });
    else chart.current?.dispatchAction({ type: 'showTip', seriesIndex: 0, dataIndex: at });
  }, [at]);

  return <div ref={place} className="chart" style={{ height }} role="img" aria-label={label} />;
}
