import { TextInput } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useApi, useTenant } from '../../api/queries.ts';
import { ChoiceFilter } from '../../components/filters.tsx';
import { Bar, When } from '../../components/marks.tsx';
import { Card, Page } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { count, plural } from '../../format/number.ts';
import { HOUR, nowMicros, prose } from '../../format/time.ts';
import { type EntityRow, entityRows, LEVEL_COLOUR, LEVELS } from './rows.ts';

/** Every watched entity: hosts that write logs and whatever alerts were about, the riskiest first. */
export function Entities() {
  const search = useSearch({ from: '/t/$tenant/entities' });
  const navigate = useNavigate({ from: '/t/$tenant/entities' });
  const change = (next: Partial<typeof search>) => navigate({ search: { ...search, ...next }, replace: true });
  const entities = useApi('entities', { query: { limit: 1000 } }, { refetchInterval: 10_000 });
  const hosts = useApi('hosts', { query: { limit: 1000 } });
  const rows = useMemo(
    () => (entities.data === undefined || hosts.data === undefined ? undefined : entityRows(hosts.data.items, entities.data.items)),
    [entities.data, hosts.data],
  );
  return (
    <Page
      title="Entities"
      head={
        <>
          <TextInput
            size="xs"
            w={220}
            type="search"
            aria-label="Part of the name"
            placeholder="Part of the name"
            value={search.find ?? ''}
            onChange={(event) => change({ find: event.currentTarget.value === '' ? undefined : event.currentTarget.value })}
          />
          <ChoiceFilter
            label="Place"
            any="Own and outside"
            width={150}
            data={[
              { value: 'own', label: 'own devices' },
              { value: 'outside', label: 'outside addresses' },
            ]}
            value={search.place}
            onChange={(place) => change({ place })}
          />
          <ChoiceFilter
            label="Level"
            any="Any level"
            width={140}
            data={[...LEVELS]}
            value={search.level}
            onChange={(level) => change({ level })}
          />
        </>
      }
    >
      <AsOf at={entities.data?.asOf} />
      <Card flush>
        <Answered
          of={{ data: rows, error: entities.error ?? hosts.error, refetch: () => Promise.all([entities.refetch(), hosts.refetch()]) }}
          rows={10}
        >
          {(all) => {
            const shown = all.filter(
              ({ name, level, place }) =>
                name.toLowerCase().includes((search.find ?? '').toLowerCase()) &&
                (search.level === undefined || level === search.level) &&
                (search.place === undefined || place === search.place),
            );
            if (shown.length > 0) return <EntityTable rows={shown} />;
            return all.length === 0 ? (
              <Blank title="No entity seen yet" hint="Hosts, users and clients appear here as soon as events or alerts name them." />
            ) : (
              <Blank title="No entity matches" hint="Shorten the name or choose another level." />
            );
          }}
        </Answered>
      </Card>
    </Page>
  );
}

/** Risks fade with the time of events, not of the clock, which has to be said of events of the past. */
function AsOf({ at }: { at: number | null | undefined }) {
  if (at === null || at === undefined || nowMicros() - at < HOUR) return null;
  return (
    <p className="soft small">
      Risks are as of <When at={at} />, where the events have got to: what is old is rated in its own time, and has not faded since.
    </p>
  );
}

function EntityTable({ rows }: { rows: readonly EntityRow[] }) {
  const tenant = useTenant();
  return (
    <Scroll label={plural(rows.length, 'entity', 'entities')}>
      <table className="table dense">
        <thead>
          <tr>
            <th>Entity</th>
            <th>Level</th>
            <th className="right">Risk</th>
            <th>
              <span className="hidden">Risk as a bar</span>
            </th>
            <th>What weighs most</th>
            <th className="right">Alerts</th>
            <th className="right">Events stored</th>
            <th>Last event</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <td className="name">
                <Link to="/t/$tenant/entities/$name" params={{ tenant, name: row.name }}>
                  {row.name}
                </Link>
                {row.place === 'outside' && <span className="soft small"> outside</span>}
              </td>
              <td>
                <span className={`chip ${LEVEL_COLOUR[row.level]}`}>{row.level}</span>
              </td>
              <td className="right num">{Math.round(row.risk)}</td>
              <td style={{ width: 96, verticalAlign: 'middle' }}>
                <Bar
                  share={row.risk / 100}
                  level={row.level === 'safe' ? 'low' : LEVEL_COLOUR[row.level]}
                  label={`Risk ${Math.round(row.risk)} of 100`}
                />
              </td>
              <td className="clip">
                <span className="ellipsis soft" title={prose(row.reason)}>
                  {row.reason === '' ? '–' : prose(row.reason)}
                </span>
              </td>
              <td className="right num">
                {row.alerts === 0 ? (
                  0
                ) : (
                  <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ entity: row.name, state: 'any' }}>
                    {count(row.alerts)}
                  </Link>
                )}
              </td>
              <td className="right num">
                {row.events === 0 ? (
                  <span className="soft">–</span>
                ) : (
                  <Link to="/t/$tenant/logs" params={{ tenant }} search={{ host: row.name }}>
                    {count(row.events)}
                  </Link>
                )}
              </td>
              <td>
                <When at={row.lastSeen} as="relative" />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
