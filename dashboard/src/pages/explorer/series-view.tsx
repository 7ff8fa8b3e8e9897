import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { Severity, When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { Answered } from '../../components/states.tsx';
import { levelOf } from '../../format/severity.ts';
import { duration, parseRange, SECOND } from '../../format/time.ts';

type Detail = RouteResponse<'seriesPoints'>;
const LazyBand = lazy(() => import('../../components/band-chart.tsx'));
const HEIGHT = 280;
/** As many as a wide screen has pixels: what lies between is in each bucket's least and greatest. */
const BUCKETS = 1500;

/** One series with its band, its forecast and its alerts. */
export function SeriesView({
  id,
  range,
  onRange,
}: {
  id: string;
  range: string | undefined;
  onRange: (range: string | undefined) => void;
}) {
  const tenant = useTenant();
  const span = useMemo(() => parseRange(range ?? '1h'), [range]);
  const points = useApi('seriesPoints', { params: { id }, query: { ...span, buckets: BUCKETS } }, { refetchInterval: 5_000 });
  return (
    <Card
      title={points.data === undefined ? 'Series' : `${points.data.series.entity} ${points.data.series.name}`}
      head={
        <>
          <span className="row tight small">
            <span className="key observed">observed</span>
            <span className="key band">expected</span>
            <span className="key forecast">forecast</span>
          </span>
          {points.data?.series.method !== null && points.data !== undefined && (
            <span className="soft small" title="What forecasts at present">
              {points.data.series.method}
            </span>
          )}
          <RangeChoice value={range ?? '1h'} onChange={onRange} />
          {range !== undefined && (
            <Button variant="subtle" onClick={() => onRange(undefined)}>
              Last hour
            </Button>
          )}
        </>
      }
    >
      <Answered of={points} rows={6}>
        {(data) => (
          <>
            <Suspense fallback={<div style={{ height: HEIGHT }} />}>
              <Chart data={data} onRange={onRange} />
            </Suspense>
            <p className="small soft num">{duration(data.bucketMicros)} a point, mean of its readings · drag to zoom</p>
            {data.marks.length > 0 && (
              <table className="table dense flat">
                <tbody>
                  {data.marks.map((mark) => (
                    <tr key={mark.id}>
                      <td style={{ width: 52 }}>
                        <Severity value={mark.severity} />
                      </td>
                      <td className="nowrap">
                        <When at={mark.start} />
                      </td>
                      <td className="clip">
                        <Link
                          to="/t/$tenant/alerts"
                          params={{ tenant }}
                          search={{ alert: mark.id, state: 'any' }}
                          className="ellipsis"
                          title={mark.title}
                        >
                          {mark.title}
                        </Link>
                      </td>
                      <td className="soft nowrap">{mark.detector}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </>
        )}
      </Answered>
    </Card>
  );
}

function Chart({ data, onRange }: { data: Detail; onRange: (range: string) => void }) {
  const columns = useMemo(() => columnsOf(data), [data]);
  return (
    <LazyBand
      {...columns}
      label={`${data.series.name} of ${data.series.entity}: observed, expected and forecast, ${data.marks.length} alerts marked`}
      height={HEIGHT}
      onRange={(from, to) => onRange(`${Math.floor(from * SECOND)}-${Math.ceil(to * SECOND)}`)}
    />
  );
}

function columnsOf({ buckets, forecast, marks, bucketMicros }: Detail) {
  const none = forecast.map(() => null);
  const before = buckets.map(() => null);
  return {
    x: [...buckets.map(({ start }) => start / SECOND), ...forecast.map(({ time }) => time / SECOND)],
    observed: [...buckets.map(({ mean }) => mean), ...none],
    expected: [...buckets.map((one) => one.expected), ...none],
    lower: [...buckets.map((one) => one.lower), ...none],
    upper: [...buckets.map((one) => one.upper), ...none],
    forecast: [...before, ...forecast.map((one) => one.expected)],
    forecastLower: [...before, ...forecast.map((one) => one.lower)],
    forecastUpper: [...before, ...forecast.map((one) => one.upper)],
    marks: marks.flatMap(({ start, end, severity }) =>
      start === null
        ? []
        : [{ from: start / SECOND, to: Math.max(end ?? start, start + bucketMicros) / SECOND, colour: `--${levelOf(severity)}-fill` }],
    ),
  };
}
