import { lazy, Suspense, useMemo } from 'react';
import type { Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { levelOf } from '../format/severity.ts';
import { SECOND } from '../format/time.ts';

type Detail = RouteResponse<'seriesPoints'>;
const LazyBand = lazy(() => import('./band-chart.tsx'));

interface Props {
  readonly data: Detail;
  readonly height: number;
  readonly onRange?: (range: string) => void;
}

/** The stored points of a series with band, forecast and marks. */
export function SeriesFigure({ data, height, onRange }: Props) {
  const columns = useMemo(() => columnsOf(data), [data]);
  return (
    <Suspense fallback={<div style={{ height }} />}>
      <LazyBand
        {...columns}
        name={data.series.name}
        label={`${data.series.name} of ${data.series.entity}: observed, expected and forecast, ${data.marks.length} alerts marked`}
        height={height}
        onRange={onRange === undefined ? undefined : (from, to) => onRange(`${Math.floor(from * SECOND)}-${Math.ceil(to * SECOND)}`)}
      />
    </Suspense>
  );
}

/** What the lines of a figure are. */
export function SeriesKey({ forecast = true }: { forecast?: boolean }) {
  return (
    <span className="row tight small">
      <span className="key observed">observed</span>
      <span className="key band">expected</span>
      {forecast && <span className="key forecast">forecast</span>}
    </span>
  );
}

function columnsOf({ buckets, forecast, marks, bucketMicros }: Detail) {
  const none = forecast.map(() => null);
  const before = buckets.map(() => null);
  // What was never negative is not expected to be.
  const floor = buckets.every(({ min }) => min === null || min >= 0) ? 0 : Number.NEGATIVE_INFINITY;
  const above = (value: number | null) => (value === null ? null : Math.max(floor, value));
  return {
    x: [...buckets.map(({ start }) => start / SECOND), ...forecast.map(({ time }) => time / SECOND)],
    observed: [...buckets.map(({ mean }) => mean), ...none],
    least: [...buckets.map(({ min }) => min), ...none],
    greatest: [...buckets.map(({ max }) => max), ...none],
    expected: [...buckets.map((one) => one.expected), ...none],
    lower: [...buckets.map((one) => above(one.lower)), ...none],
    upper: [...buckets.map((one) => one.upper), ...none],
    forecast: [...before, ...forecast.map((one) => one.expected)],
    forecastLower: [...before, ...forecast.map((one) => above(one.lower))],
    forecastUpper: [...before, ...forecast.map((one) => one.upper)],
    marks: marks.flatMap(({ start, end, severity }) =>
      start === null
        ? []
        : [{ from: start / SECOND, to: Math.max(end ?? start, start + bucketMicros) / SECOND, colour: `--${levelOf(severity)}-fill` }],
    ),
  };
}
