import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { usePages } from '../../api/pages.ts';
import { useApi } from '../../api/queries.ts';
import { useListKeys } from '../../app/list-keys.ts';
import { AssigneeFilter, ChoiceFilter, SeverityFilter, StateFilter } from '../../components/filters.tsx';
import { More } from '../../components/more.tsx';
import { Page } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { Split, useWide } from '../../components/split.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { plural } from '../../format/number.ts';
import { parseRange } from '../../format/time.ts';
import { AlertDetail } from './detail.tsx';
import { flatten, Inbox } from './inbox.tsx';

type State = AlertBody['state'];

/** Groups, and alerts of one, that are read at once. */
const PAGE = 200;
/** As many groups as one answer may hold. */
const MOST_GROUPS = 1000;

export function Alerts() {
  const search = useSearch({ from: '/t/$tenant/alerts' });
  const navigate = useNavigate({ from: '/t/$tenant/alerts' });
  const change = (next: Partial<typeof search>, replace = false) => navigate({ search: { ...search, ...next }, replace });
  const state = search.state ?? 'open';
  const filters = useMemo(
    () => ({
      ...(state === 'any' ? {} : { state: state as State }),
      ...(search.severity === undefined ? {} : { minSeverity: Number(search.severity) }),
      ...(search.detector === undefined ? {} : { detector: search.detector }),
      ...(search.entity === undefined ? {} : { entity: search.entity }),
      ...(search.source === undefined ? {} : { source: search.source }),
      ...(search.tactic === undefined ? {} : { tactic: search.tactic }),
      ...(search.assignee === undefined ? {} : { assignee: search.assignee }),
      ...parseRange(search.range),
    }),
    [state, search.assignee, search.severity, search.detector, search.entity, search.source, search.tactic, search.range],
  );
  const [most, setMost] = useState(PAGE);
  const groups = useApi('groups', { query: { ...filters, limit: most } });
  const members = usePages(
    'alerts',
    search.group === undefined ? undefined : { ...filters, group: search.group, order: 'severity', limit: PAGE },
  );
  const detectors = useApi('detectors', {}, { staleTime: 60_000 });
  const names = [
    ...new Set([
      ...(detectors.data?.items ?? []).map(({ detector }) => detector),
      ...(groups.data?.items ?? []).map(({ detector }) => detector),
      ...(search.detector === undefined ? [] : [search.detector]),
    ]),
  ].sort();

  const rows = useMemo(
    () =>
      flatten(
        groups.data?.items ?? [],
        search.group,
        members.data?.items.filter(({ group }) => group === search.group),
      ),
    [groups.data, members.data, search.group],
  );
  const open = (row: (typeof rows)[number]) => {
    if (row.kind === 'alert') return change({ alert: row.alert.id }, true);
    // A second press on an open group of several shuts it; its alert stays in view.
    if (search.group === row.group.id && row.group.alerts > 1) return change({ group: undefined }, true);
    return change({ group: row.group.id, alert: row.group.worst }, true);
  };
  // An address may name the alert alone.
  const named = useApi('alert', { params: { id: search.alert ?? '' } }, { enabled: search.alert !== undefined });
  const group = search.group ?? (search.alert === undefined ? undefined : named.data?.group);
  const at = rows.findLastIndex((row) => (row.kind === 'alert' ? row.alert.id === search.alert : row.group.id === group));
  const wide = useWide();
  const close = () => change({ group: undefined, alert: undefined }, true);
  useListKeys({ rows, at, open, close: () => !wide && close() });
  // Beside the list the worst one is in view from the start, and stays so when a worse one comes.
  const first = wide && search.alert === undefined && search.group === undefined && !groups.isPlaceholderData ? rows[0] : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `open` is made anew at each drawing.
  useEffect(() => {
    if (first !== undefined) void open(first);
  }, [first]);

  const filtered = Object.keys(filters).length > 1 || state !== 'open';
  return (
    <Page
      title="Alerts"
      fixed
      head={
        <>
          <StateFilter value={search.state} onChange={(next) => change({ state: next })} />
          <AssigneeFilter value={search.assignee} onChange={(assignee) => change({ assignee })} />
          <SeverityFilter value={search.severity} onChange={(severity) => change({ severity })} />
          <ChoiceFilter
            label="Detector"
            any="Any detector"
            data={names}
            value={search.detector}
            onChange={(detector) => change({ detector })}
          />
          <RangeChoice value={search.range} onChange={(range) => change({ range })} />
          {search.entity !== undefined && <FilterChip label={`Entity ${search.entity}`} onRemove={() => change({ entity: undefined })} />}
          {search.source !== undefined && <FilterChip label={`Source ${search.source}`} onRemove={() => change({ source: undefined })} />}
          {search.tactic !== undefined && (
            <FilterChip label={`Tactic ${search.tactic.replaceAll('-', ' ')}`} onRemove={() => change({ tactic: undefined })} />
          )}
          {filtered && (
            <Button variant="subtle" onClick={() => navigate({ search: {} })}>
              Clear
            </Button>
          )}
        </>
      }
    >
      <Split
        listLabel="Inbox"
        detailLabel="Alert"
        onBack={close}
        list={
          <Answered of={groups} rows={8}>
            {(data) =>
              data.items.length === 0 ? (
                <Blank
                  title={filtered ? 'No alert matches' : 'No open alert'}
                  hint={
                    filtered
                      ? 'Widen the time range or remove a filter.'
                      : 'What is unusual appears here by itself. Detectors that still learn are listed under Pipeline.'
                  }
                />
              ) : (
                <>
                  <Inbox rows={rows} at={at} onOpen={open} expanded={search.group} more={members} />
                  <div className="more small soft">
                    {plural(data.alerts, 'alert')} in {plural(data.total, 'group')}
                  </div>
                  <More
                    shown={data.items.length}
                    total={data.total}
                    of="groups"
                    loading={groups.isPlaceholderData}
                    more={data.items.length < data.total && most < MOST_GROUPS ? () => setMost(most + PAGE) : undefined}
                  />
                </>
              )
            }
          </Answered>
        }
        detail={
          search.alert === undefined ? undefined : (
            <AlertDetail key={search.alert} id={search.alert} group={groups.data?.items.find(({ id }) => id === group)} />
          )
        }
        blank={
          <Blank title="No alert chosen" hint="j and k move, l labels, m assigns to you, a acknowledges, c closes. ? shows all keys." />
        }
      />
    </Page>
  );
}

function FilterChip({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <Button variant="default" onClick={onRemove} rightSection={<span aria-hidden>×</span>} maw={260}>
      <span className="hidden">Remove filter </span>
      {label}
    </Button>
  );
}
