import { Button, SegmentedControl } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { SeverityFilter, StateFilter } from '../../components/filters.tsx';
import { Lanes } from '../../components/lanes.tsx';
import { Card, Page } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { useWide } from '../../components/split.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { count, plural } from '../../format/number.ts';
import { LEVEL_FROM, LEVELS } from '../../format/severity.ts';
import { duration, parseRange } from '../../format/time.ts';
import { Influencers } from './influencers.tsx';
import { Selection } from './selection.tsx';
import { SeriesList } from './series.tsx';

const KEYS = ['entity', 'detector', 'source'] as const;
type Key = (typeof KEYS)[number];
type State = AlertBody['state'];

/** Where and when it was unusual: alerts as lanes over time, readings as series. */
export function Explorer() {
  const search = useSearch({ from: '/t/$tenant/explorer' });
  const navigate = useNavigate({ from: '/t/$tenant/explorer' });
  const change = (next: Partial<typeof search>) => navigate({ search: { ...search, ...next } });
  const series = search.view === 'series';
  const views = (
    <SegmentedControl
      size="xs"
      aria-label="View"
      value={series ? 'series' : 'lanes'}
      onChange={(view) => navigate({ search: view === 'series' ? { view } : {} })}
      data={[
        { value: 'lanes', label: 'Swimlanes' },
        { value: 'series', label: 'Series' },
      ]}
    />
  );
  if (!series) return <Swimlanes views={views} />;
  return (
    <Page title="Explorer" head={views}>
      <SeriesList
        find={search.find}
        source={search.source}
        chosen={search.series}
        range={search.range}
        onFind={(find) => change({ find })}
        onSource={(source) => change({ source, series: undefined })}
        onChoose={(id) => change({ series: id })}
        onRange={(range) => change({ range })}
      />
    </Page>
  );
}

function Swimlanes({ views }: { views: ReactNode }) {
  const search = useSearch({ from: '/t/$tenant/explorer' });
  const navigate = useNavigate({ from: '/t/$tenant/explorer' });
  const change = (next: Partial<typeof search>) => navigate({ search: { ...search, ...next } });
  const by: Key = KEYS.find((key) => key === search.by) ?? 'entity';
  const filters = useMemo(
    () => ({
      ...parseRange(search.range),
      ...(search.severity === undefined ? {} : { minSeverity: Number(search.severity) }),
      ...(search.state === undefined ? {} : { state: search.state as State }),
    }),
    [search.range, search.severity, search.state],
  );
  const wide = useWide();
  const lanes = useApi('alertLanes', { query: { ...filters, by, bins: wide ? 96 : 40, lanes: 30 } });
  const span = (from: number, to: number) => `${Math.floor(from)}-${Math.ceil(to)}`;
  return (
    <Page
      title="Explorer"
      head={
        <>
          {views}
          <SegmentedControl
            size="xs"
            aria-label="Lanes by"
            value={by}
            onChange={(next) => change({ by: next === 'entity' ? undefined : next, lane: undefined })}
            data={KEYS.map((key) => ({ value: key, label: `By ${key}` }))}
          />
          <StateFilter value={search.state} usual="any" onChange={(state) => change({ state })} />
          <SeverityFilter value={search.severity} onChange={(severity) => change({ severity })} />
          <RangeChoice value={search.range} onChange={(range) => change({ range, lane: undefined })} />
          {search.range !== undefined && (
            <Button variant="subtle" onClick={() => change({ range: undefined, lane: undefined })}>
              Zoom out
            </Button>
          )}
        </>
      }
    >
      <Answered of={lanes} rows={10}>
        {(data) =>
          data.lanes.length === 0 ? (
            <Card>
              <Blank title="No alert in this range" hint="Widen the time range or remove a filter." />
            </Card>
          ) : (
            <>
              <Card
                title={`${plural(data.total, 'alert')} by ${by}`}
                head={
                  <>
                    <Legend />
                    <span className="soft small">{duration(data.binMicros)} a cell · drag to zoom, click a cell</span>
                  </>
                }
              >
                <Lanes
                  lanes={data}
                  nameOf={(name) => <LaneName by={by} name={name} onChoose={() => change({ lane: name })} />}
                  onCell={(lane, from, to) => change({ lane: `${lane}@${span(from, to)}` })}
                  onRange={(from, to) => change({ range: span(from, to), lane: undefined })}
                />
                {data.more > 0 && (
                  <p className="soft small">
                    The {count(data.lanes.length)} most severe of {count(data.lanes.length + data.more)} lanes.
                  </p>
                )}
              </Card>
              <Influencers of={data.influencers} />
              <Selection by={by} lane={search.lane} filters={filters} onClear={() => change({ lane: undefined })} />
            </>
          )
        }
      </Answered>
    </Page>
  );
}

function Legend() {
  return (
    <span className="row tight small">
      {LEVELS.map((level) => (
        <span key={level} className={`sev ${level}`}>
          {level} {LEVEL_FROM[level]}+
        </span>
      ))}
    </span>
  );
}

function LaneName({ by, name, onChoose }: { by: Key; name: string; onChoose: () => void }) {
  const tenant = useTenant();
  if (by === 'entity' && name !== '')
    return (
      <Link to="/t/$tenant/entities/$name" params={{ tenant, name }} title={name}>
        {name}
      </Link>
    );
  return (
    <button type="button" className="plain link" onClick={onChoose} title={name}>
      {name === '' ? '(none)' : name}
    </button>
  );
}
