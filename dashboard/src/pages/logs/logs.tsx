import { Tabs, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useApi } from '../../api/queries.ts';
import { typing } from '../../app/shortcuts.tsx';
import { SeriesChart } from '../../components/charts.tsx';
import { Card, Page } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { SourceChoice } from '../../components/source-choice.tsx';
import { Answered } from '../../components/states.tsx';
import { count, plural, short } from '../../format/number.ts';
import { duration, parseRange } from '../../format/time.ts';
import { Lines } from './lines.tsx';
import { Templates } from './templates.tsx';

export interface LogFilters {
  readonly from?: number;
  readonly to?: number;
  readonly source?: string;
  readonly input?: string;
  readonly host?: string;
  readonly component?: string;
  readonly level?: string;
  readonly template?: string;
  readonly contains?: string;
}
const FIELDS = ['host', 'component', 'level', 'template', 'input'] as const;

export function Logs() {
  const search = useSearch({ from: '/t/$tenant/logs' });
  const navigate = useNavigate({ from: '/t/$tenant/logs' });
  const change = (next: Partial<typeof search>) => navigate({ search: { ...search, ...next } });
  const filters: LogFilters = useMemo(() => {
    const { source, input, host, component, level, template, contains } = search;
    return {
      ...parseRange(search.range),
      ...Object.fromEntries(
        Object.entries({ source, input, host, component, level, template, contains }).filter(([, value]) => value !== undefined),
      ),
    };
  }, [search]);
  return (
    <Page
      title="Logs"
      fixed
      head={
        <>
          <SearchField
            value={search.contains ?? ''}
            onChange={(contains) => change({ contains: contains === '' ? undefined : contains })}
          />
          <SourceChoice value={search.source} onChange={(source) => change({ source })} />
          <RangeChoice value={search.range} onChange={(range) => change({ range })} />
        </>
      }
    >
      <div className="row tight">
        {FIELDS.filter((field) => search[field] !== undefined).map((field) => (
          <button key={field} type="button" className="chip" onClick={() => change({ [field]: undefined })}>
            {field}:{' '}
            <span className="mono ellipsis" style={{ maxWidth: 240 }}>
              {search[field]}
            </span>{' '}
            ×
          </button>
        ))}
        {search.alert !== undefined && (
          <button type="button" className="chip accent" onClick={() => change({ alert: undefined })}>
            <span className="hidden">Stop marking the </span>
            lines of alert <span className="mono">{search.alert.slice(0, 8)}</span> marked ×
          </button>
        )}
      </div>
      <Histogram filters={filters} onRange={(from, to) => change({ range: `${Math.floor(from * 1e6)}-${Math.ceil(to * 1e6)}` })} />
      <Tabs
        value={search.view ?? 'lines'}
        onChange={(view) => change({ view: view === 'lines' ? undefined : (view ?? undefined) })}
        keepMounted={false}
        className="fill"
      >
        <Tabs.List>
          <Tabs.Tab value="lines">Lines</Tabs.Tab>
          <Tabs.Tab value="templates">Templates</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="lines" className="fill">
          <Lines
            filters={filters}
            newestFirst={search.order !== 'oldest'}
            alert={search.alert}
            onOrder={(order) => change({ order })}
            onFilter={change}
          />
        </Tabs.Panel>
        <Tabs.Panel value="templates" className="fill">
          <Templates filters={filters} onChoose={(template) => change({ template, view: undefined })} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** Searches when typing pauses; `/` jumps here. */
function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const field = useRef<HTMLInputElement>(null);
  const change = useRef(onChange);
  change.current = onChange;
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => change.current(text), 350);
    return () => clearTimeout(timer);
  }, [text, value]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '/' || typing(event)) return;
      event.preventDefault();
      field.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <TextInput
      ref={field}
      size="xs"
      w={280}
      maxLength={1024}
      type="search"
      aria-label="Text in the line"
      placeholder="Text in the line"
      leftSection={<IconSearch size={14} aria-hidden />}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}

function Histogram({ filters, onRange }: { filters: LogFilters; onRange: (from: number, to: number) => void }) {
  const histogram = useApi('eventHistogram', { query: { ...filters, bins: 120 } });
  return (
    <Card>
      <Answered of={histogram} rows={3}>
        {(data) => {
          const { start } = data;
          if (start === null || data.total === 0)
            return (
              <p className="soft small">{data.total === 0 ? 'No event matches.' : `${plural(data.total, 'event')} without a time.`}</p>
            );
          const x = data.counts.map((_, bin) => (start + bin * data.binMicros) / 1e6);
          return (
            <>
              <div className="row small soft">
                <span className="grow num">{plural(data.total, 'event')}</span>
                <span>{duration(data.binMicros)} a bar · drag to zoom</span>
              </div>
              <SeriesChart
                x={x}
                y={data.counts}
                bars
                label={`Events per ${duration(data.binMicros)}`}
                format={short}
                height={96}
                onRange={onRange}
              />
              <span className="hidden">{`Busiest bar: ${count(Math.max(...data.counts))} events`}</span>
            </>
          );
        }}
      </Answered>
    </Card>
  );
}
