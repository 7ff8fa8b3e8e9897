import { Button } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useApi, useTenant } from '../../api/queries.ts';
import { Severity, When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { SeriesFigure, SeriesKey } from '../../components/series-figure.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { duration, nowMicros, parseRange, prose, SECOND, zoned } from '../../format/time.ts';
import { Forecasting } from './forecasting.tsx';

const HEIGHT = 280;
/** As many as a wide screen has pixels: what lies between is in each bucket's least and greatest. */
const BUCKETS = 1500;

/** Whole ten seconds, so that the same address asks the same question for a while. */
const now10 = (): number => Math.ceil(nowMicros() / (10 * SECOND)) * 10 * SECOND;

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
  // Without a range: the last readings of the series itself, whenever that was.
  const span = useMemo(() => (range === undefined ? {} : { to: now10(), ...parseRange(range) }), [range]);
  const points = useApi('seriesPoints', { params: { id }, query: { ...span, buckets: BUCKETS } }, { refetchInterval: 5_000 });
  return (
    <Card
      title={points.data === undefined ? 'Series' : `${points.data.series.entity} ${points.data.series.title}`.trim()}
      head={
        <>
          <SeriesKey />
          <RangeChoice value={range} usual="latest" all={false} onChange={onRange} />
          {range !== undefined && (
            <Button variant="subtle" onClick={() => onRange(undefined)}>
              Latest readings
            </Button>
          )}
        </>
      }
    >
      <Answered of={points} rows={6}>
        {(data) => (
          <>
            {data.buckets.length === 0 ? (
              <Blank title="No reading in this range" hint={`The latest one is of ${zoned(data.series.lastTime)}.`} />
            ) : (
              <SeriesFigure data={data} height={HEIGHT} onRange={onRange} />
            )}
            <p className="small soft num">{pointText(data.bucketMicros, data.series.step)} · drag to zoom</p>
            <Forecasting series={data.series} />
            {data.marks.length > 0 && (
              <Scroll label="Alerts of this series">
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
                            title={prose(mark.title)}
                          >
                            {prose(mark.title)}
                          </Link>
                        </td>
                        <td className="soft nowrap">{mark.detector}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </Scroll>
            )}
          </>
        )}
      </Answered>
    </Card>
  );
}

/** What one point of the line stands for. */
function pointText(bucket: number, step: number | null): string {
  return step !== null && step >= bucket
    ? `a point for each reading, every ${duration(step)}`
    : `${duration(bucket)} a point: mean, least and greatest reading`;
}
