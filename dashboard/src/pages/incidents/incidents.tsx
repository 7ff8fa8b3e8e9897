import { Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { IncidentSummary } from '../../../../src/server/api/schema/incidents.ts';
import { useApi } from '../../api/queries.ts';
import { useListKeys } from '../../app/list-keys.ts';
import { Page } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { BANDS } from '../../format/band.ts';
import { plural } from '../../format/number.ts';
import { parseRange } from '../../format/time.ts';
import { IncidentDetail } from './detail.tsx';
import { IncidentItem } from './item.tsx';

const STATES = ['open', 'acknowledged', 'closed', 'any'] as const;

/** Alerts that belong together, the worst first; one is opened beside the list. */
export function Incidents() {
  const search = useSearch({ from: '/t/$tenant/incidents' });
  const navigate = useNavigate({ from: '/t/$tenant/incidents' });
  const change = (next: Partial<typeof search>, replace = false) => navigate({ search: { ...search, ...next }, replace });
  const state = search.state ?? 'open';
  const query = useMemo(
    () => ({
      ...parseRange(search.range),
      ...(state === 'any' ? {} : { state: state as IncidentSummary['state'] }),
      ...(search.band === undefined ? {} : { band: search.band as IncidentSummary['band'] }),
      ...(search.host === undefined ? {} : { host: search.host }),
      ...(search.learning === undefined ? {} : { learning: 'true' as const }),
      order: search.order === 'time' ? ('time' as const) : ('score' as const),
      limit: 200,
    }),
    [state, search.range, search.band, search.host, search.learning, search.order],
  );
  const incidents = useApi('incidents', { query });
  const items = incidents.data?.items ?? [];
  const at = items.findIndex(({ id }) => id === search.incident);
  useListKeys({
    rows: items,
    at,
    open: ({ id }) => change({ incident: id }, true),
    close: () => change({ incident: undefined }, true),
  });
  return (
    <Page
      title="Incidents"
      fixed
      head={
        <>
          <Select
            aria-label="State"
            w={132}
            data={STATES.map((value) => ({ value, label: value === 'any' ? 'Any state' : `${value[0]?.toUpperCase()}${value.slice(1)}` }))}
            value={state}
            allowDeselect={false}
            onChange={(value) => change({ state: value === 'open' ? undefined : (value ?? undefined) })}
          />
          <Select
            aria-label="From this band on"
            w={138}
            placeholder="Any band"
            clearable
            clearButtonProps={{ 'aria-label': 'Any band' }}
            data={BANDS.slice(1).map((band) => ({ value: band, label: band === 'critical' ? band : `${band} and above` }))}
            value={search.band ?? null}
            onChange={(band) => change({ band: band ?? undefined })}
          />
          <Select
            aria-label="Order"
            w={132}
            data={[
              { value: 'score', label: 'Worst first' },
              { value: 'time', label: 'Newest first' },
            ]}
            value={search.order ?? 'score'}
            allowDeselect={false}
            onChange={(order) => change({ order: order === 'time' ? 'time' : undefined })}
          />
          <Select
            aria-label="Time of learning"
            w={190}
            data={[
              { value: 'after', label: 'After the learning time' },
              { value: 'with', label: 'With the learning time' },
            ]}
            value={search.learning === undefined ? 'after' : 'with'}
            allowDeselect={false}
            onChange={(value) => change({ learning: value === 'with' ? 'with' : undefined })}
          />
          <RangeChoice value={search.range} onChange={(range) => change({ range })} />
        </>
      }
    >
      <div className="split">
        <section className="pane" aria-label="Incidents" tabIndex={-1}>
          <Answered of={incidents} rows={8}>
            {({ items: all }) =>
              all.length === 0 ? (
                <Blank
                  title="No incident"
                  hint="Alerts that share hosts, users and time become incidents. Before there is a history to compare with, they are listed under the learning time."
                />
              ) : (
                <>
                  {all.map((incident) => (
                    <IncidentItem
                      key={incident.id}
                      incident={incident}
                      at={incident.id === search.incident}
                      onOpen={() => change({ incident: incident.id === search.incident ? undefined : incident.id }, true)}
                    />
                  ))}
                  <div className="more small soft">{plural(all.length, 'incident')}</div>
                </>
              )
            }
          </Answered>
        </section>
        <section className="pane" aria-label="Incident" tabIndex={-1}>
          {search.incident === undefined ? (
            <Blank title="Choose an incident" hint="j and k move, a acknowledges, c closes, o opens again. ? shows all keys." />
          ) : (
            <IncidentDetail key={search.incident} id={search.incident} />
          )}
        </section>
      </div>
    </Page>
  );
}
