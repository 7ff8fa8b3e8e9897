import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { SeriesFigure, SeriesKey } from '../../components/series-figure.tsx';
import { MINUTE } from '../../format/time.ts';

const HEIGHT = 170;
const BUCKETS = 600;

/** The readings around an alert of a series; nothing for alerts about anything else. */
export function Readings({ alert: { detection } }: { alert: AlertBody }) {
  const tenant = useTenant();
  const { source, entity, key, start, end } = detection;
  const ofSeries = entity !== '' && key.startsWith(`${entity} `);
  const known = useApi('series', { query: { source, entity, limit: 1000 } }, { enabled: ofSeries, staleTime: 60_000 });
  const id = known.data?.items.find((one) => `${one.entity} ${one.name}` === key)?.id;
  const span = useMemo(() => around(start, end), [start, end]);
  const points = useApi(
    'seriesPoints',
    { params: { id: id ?? '' }, query: { ...span, buckets: BUCKETS, ahead: 0 } },
    { enabled: ofSeries && id !== undefined && span !== undefined, staleTime: 30_000 },
  );
  if (!ofSeries || id === undefined || span === undefined || points.data === undefined || points.data.buckets.length === 0) return null;
  return (
    <section className="section">
      <div className="row">
        <h3 className="grow nowrap">Readings around it</h3>
        <SeriesKey forecast={false} />
        <Link
          to="/t/$tenant/explorer"
          params={{ tenant }}
          search={{ view: 'series', series: id, range: `${span.from}-${span.to}` }}
          className="small"
        >
          Open in the explorer
        </Link>
      </div>
      <SeriesFigure data={points.data} height={HEIGHT} />
    </section>
  );
}

/** As long again before and after, half an hour at least. */
function around(start: number | null, end: number | null): { from: number; to: number } | undefined {
  if (start === null) return undefined;
  const last = Math.max(end ?? start, start);
  const margin = Math.max(30 * MINUTE, last - start);
  return { from: Math.floor(start - margin), to: Math.ceil(last + margin) };
}
