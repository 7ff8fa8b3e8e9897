import { lazy, Suspense } from 'react';
import type { EChartProps } from './echart.tsx';
import type { SeriesChartProps } from './series-chart.tsx';

const LazySeries = lazy(() => import('./series-chart.tsx'));
const LazyEChart = lazy(() => import('./echart.tsx'));

/** The chart library is fetched when the first chart is shown. */
export function SeriesChart(props: SeriesChartProps) {
  return (
    <Suspense fallback={<div style={{ height: props.height ?? 150 }} />}>
      <LazySeries {...props} />
    </Suspense>
  );
}

export function EChart(props: EChartProps) {
  return (
    <Suspense fallback={<div style={{ height: props.height }} />}>
      <LazyEChart {...props} />
    </Suspense>
  );
}
