import { useComputedColorScheme } from '@mantine/core';
import { PieChart } from 'echarts/charts';
import { init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

use([PieChart, CanvasRenderer]);

export interface Slice {
  readonly name: string;
  readonly value: number;
  /** A colour variable of styles/base.css. */
  readonly colour: string;
}

/** A ring of shares; the legend beside it carries the figures. */
export default function RingChart({ slices, label }: { slices: readonly Slice[]; label: string }) {
  const scheme = useComputedColorScheme('light');
  const place = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes what the colour variables say.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const chart = init(element);
    const style = getComputedStyle(document.documentElement);
    chart.setOption({
      animation: false,
      series: [
        {
          type: 'pie',
          radius: ['66%', '96%'],
          silent: true,
          label: { show: false },
          itemStyle: { borderColor: style.getPropertyValue('--surface').trim(), borderWidth: 2 },
          data: slices
            .filter(({ value }) => value > 0)
            .map(({ name, value, colour }) => ({ name, value, itemStyle: { color: style.getPropertyValue(colour).trim() } })),
        },
      ],
    });
    return () => chart.dispose();
  }, [slices, scheme]);
  return <div ref={place} role="img" aria-label={label} style={{ width: 128, height: 128 }} />;
}
