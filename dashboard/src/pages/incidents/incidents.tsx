import { Select } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import type { IncidentSummary } from '../../../../src/server/api/schema/incidents.ts';
import { useApi } from '../../api/queries.ts';
import { useListKeys } from '../../app/list-keys.ts';
import { AssigneeFilter, ChoiceFilter, StateFilter } from '../../components/filters.tsx';
import { Page } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { Split, useWide } from '../../components/split.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { BANDS } from '../../format/band.ts';
import { plural } from '../../format/number.ts';
import { parseRange } from '../../format/time.ts';
import { IncidentDetail } from './detail.tsx';
import { IncidentItem } from './item.tsx';

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
      ...(search.assignee === undefined ? {} : { assignee: search.assignee }),
      ...(search.host === undefined ? {} : { host: search.host }),
      ...(search.learning === undefined ? {} : { learning: 'true' as const }),
      order: search.order === 'time' ? ('time' as const) : ('score' as const),
      limit: 200,
    }),
    [state, search.assignee, search.range, search.band, search.host, search.learning, search.order],
  );
  const incidents = useApi('incidents', { query });
  const items = incidents.data?.items ?? [];
  const at = items.findIndex(({ id }) => id === search.incident);
  const wide = useWide();
  const open = ({ id }: IncidentSummary) => change({ incident: id }, true);
  const close = () => change({ incident: undefined }, true);
  useListKeys({ rows: items, at, open, close: () => !wide && close() });
  // Beside the list the worst one is in view from the start, and stays so when a worse one comes.
  const first = wide && search.incident === undefined && !incidents.isPlaceholderData ? items[0] : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `open` is made anew at each drawing.
  useEffect(() => {
    if (first !== undefined) void open(first);
  }, [first]);
  return (
    <Page
      title="Incidents"
      fixed
      head={
        <>
          <StateFilter value={search.state} onChange={(next) => change({ state: next })} />
          <AssigneeFilter value={search.assignee} onChange={(assignee) => change({ assignee })} />
          <ChoiceFilter
            label="From this band on"
            any="Any band"
            data={BANDS.slice(1).map((band) => ({ value: band, label: band === 'critical' ? band : `${band} and above` }))}
            value={search.band}
            onChange={(band) => change({ band })}
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
      <Split
        listLabel="Incidents"
        detailLabel="Incident"
        onBack={close}
        list={
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
                      onOpen={() => open(incident)}
                    />
                  ))}
                  <div className="more small soft">{plural(all.length, 'incident')}</div>
                </>
              )
            }
          </Answered>
        }
        detail={search.incident === undefined ? undefined : <IncidentDetail key={search.incident} id={search.incident} />}
        blank={<Blank title="No incident chosen" hint="j and k move, a acknowledges, c closes, o opens again. ? shows all keys." />}
      />
    </Page>
  );
}
