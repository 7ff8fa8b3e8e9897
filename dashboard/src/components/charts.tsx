import { lazy, Suspense } from 'react';
import type { Slice } from './ring-chart.tsx';
import type { SeriesChartProps } from './series-chart.tsx';

const LazySeries = lazy(() => import('./series-chart.tsx'));
const LazyRing = lazy(() => import('./ring-chart.tsx'));

export function SeriesChart(props: SeriesChartProps) {
  return (
    <Suspense fallback={<div style={{ height: props.height ?? 150 }} />}>
      <LazySeries {...props} />
    </Suspense>
  );
}

export function RingChart(props: { slices: readonly Slice[]; label: string }) {
  return (
    <Suspense fallback={<div style={{ width: 128, height: 128 }} />}>
      <LazyRing {...props} />
    </Suspense>
  );
}
