import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { usePages } from '../../api/pages.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { type AlertOrder, AlertTable } from '../../components/alert-table.tsx';
import { Lanes } from '../../components/lanes.tsx';
import { More } from '../../components/more.tsx';
import { Card, Page } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { plural } from '../../format/number.ts';
import { duration, parseRange } from '../../format/time.ts';
import { EntityFigures } from './figures.tsx';
import { FirstSeen } from './first-seen.tsx';
import { EntityLogs } from './logs.tsx';
import { Peers } from './peers.tsx';
import { Risk } from './risk.tsx';
import { EntitySeries } from './series.tsx';

/** What one entity is and did: its alerts over time, its logs, what was new about it. */
export function EntityPage() {
  const tenant = useTenant();
  const { name } = useParams({ from: '/t/$tenant/entities/$name' });
  const search = useSearch({ from: '/t/$tenant/entities/$name' });
  const navigate = useNavigate({ from: '/t/$tenant/entities/$name' });
  const setRange = (range: string | undefined) => navigate({ search: { range } });
  const range = useMemo(() => parseRange(search.range), [search.range]);
  const lanes = useApi('alertLanes', { query: { ...range, by: 'detector', entity: name, bins: 96 } });
  const [order, setOrder] = useState<AlertOrder>('time');
  const alerts = usePages('alerts', { ...range, entity: name, order, limit: 100 });
  const entity = useApi('entity', { params: { id: name } });
  // Until its own answer is here, the one before is another's.
  const dossier = entity.data?.name === name ? entity.data : undefined;
  return (
    <Page
      title={name}
      head={
        <>
          <Link to="/t/$tenant/entities" params={{ tenant }} className="small">
            All entities
          </Link>
          <RangeChoice value={search.range} onChange={setRange} />
        </>
      }
    >
      <EntityFigures
        name={name}
        range={range}
        lanes={lanes.data}
        alerts={alerts.data?.items ?? []}
        entity={dossier}
        unknown={entity.isError}
      />
      {dossier !== undefined && <Risk entity={dossier} />}
      <Card
        title="Alerts over time"
        head={
          lanes.data !== undefined &&
          lanes.data.bins > 0 && <span className="soft small">{duration(lanes.data.binMicros)} a cell · drag to zoom</span>
        }
      >
        <Answered of={lanes} rows={4}>
          {(data) =>
            data.lanes.length === 0 ? (
              <Blank title="No alert in this range" hint="Nothing this entity did was unusual, or the range is too narrow." />
            ) : (
              <Lanes
                lanes={data}
                nameOf={(detector) => (
                  <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ entity: name, detector, state: 'any' }}>
                    {detector}
                  </Link>
                )}
                onCell={(_, from, to) => setRange(`${Math.floor(from)}-${Math.ceil(to)}`)}
                onRange={(from, to) => setRange(`${Math.floor(from)}-${Math.ceil(to)}`)}
              />
            )
          }
        </Answered>
      </Card>
      <div className="grid">
        <Card
          title="Alerts"
          className="c12"
          flush
          head={lanes.data !== undefined && <span className="soft small">{plural(lanes.data.total, 'alert')}</span>}
        >
          <Answered of={alerts} rows={4}>
            {({ items }) =>
              items.length === 0 ? (
                <Blank title="No alert in this range" />
              ) : (
                <>
                  <AlertTable items={items} entity={false} order={order} onOrder={setOrder} />
                  <More
                    shown={items.length}
                    {...(lanes.data === undefined ? {} : { total: lanes.data.total })}
                    of="alerts"
                    more={alerts.more}
                    loading={alerts.loading}
                  />
                </>
              )
            }
          </Answered>
        </Card>
        <EntitySeries name={name} />
        <EntityLogs name={name} range={range} onRange={setRange} />
        <FirstSeen alerts={alerts.data?.items ?? []} />
        <Peers name={name} range={range} />
      </div>
    </Page>
  );
}
