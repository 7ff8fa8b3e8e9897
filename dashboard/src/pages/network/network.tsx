import { Tabs } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useApi } from '../../api/queries.ts';
import { SeriesChart } from '../../components/charts.tsx';
import { Card, Page } from '../../components/page.tsx';
import { RangeChoice } from '../../components/range.tsx';
import { SourceChoice } from '../../components/source-choice.tsx';
import { Answered } from '../../components/states.tsx';
import { bytes, plural } from '../../format/number.ts';
import { duration, parseRange } from '../../format/time.ts';
import { type FlowFilters, Flows } from './flows.tsx';
import { Predictions } from './predictions.tsx';
import { Talkers } from './talkers.tsx';

const FILTERS = ['address', 'peer', 'port'] as const;

/** Traffic: flows, who exchanges most, and what models say of flows. */
export function Network() {
  const search = useSearch({ from: '/t/$tenant/network' });
  const navigate = useNavigate({ from: '/t/$tenant/network' });
  const change = (next: Partial<typeof search>) => navigate({ search: { ...search, ...next } });
  const view = search.view ?? 'flows';
  const filters: FlowFilters = useMemo(
    () => ({
      ...parseRange(search.range),
      ...(search.address === undefined ? {} : { address: search.address }),
      ...(search.peer === undefined ? {} : { peer: search.peer }),
      ...(search.port === undefined ? {} : { port: Number(search.port) }),
      ...(search.source === undefined ? {} : { source: search.source }),
    }),
    [search.range, search.address, search.peer, search.port, search.source],
  );
  const by = search.by === 'pair' || search.by === 'service' ? search.by : 'address';
  return (
    <Page
      title="Network"
      fixed={view === 'flows'}
      head={
        view !== 'predictions' && (
          <>
            <SourceChoice value={search.source} onChange={(source) => change({ source })} />
            <RangeChoice value={search.range} onChange={(range) => change({ range })} />
          </>
        )
      }
    >
      {view !== 'predictions' && (
        <>
          <div className="row tight">
            {FILTERS.filter((name) => search[name] !== undefined).map((name) => (
              <button key={name} type="button" className="chip" onClick={() => change({ [name]: undefined })}>
                <span className="hidden">Remove filter </span>
                {name} <span className="mono">{search[name]}</span> ×
              </button>
            ))}
          </div>
          <Volume filters={filters} onRange={(from, to) => change({ range: `${Math.floor(from * 1e6)}-${Math.ceil(to * 1e6)}` })} />
        </>
      )}
      <Tabs
        value={view}
        onChange={(next) => change({ view: next === 'flows' ? undefined : (next ?? undefined) })}
        keepMounted={false}
        className={view === 'flows' ? 'fill' : ''}
      >
        <Tabs.List mb={view === 'flows' ? 0 : 'sm'}>
          <Tabs.Tab value="flows">Flows</Tabs.Tab>
          <Tabs.Tab value="talkers">Top talkers</Tabs.Tab>
          <Tabs.Tab value="predictions">Predictions</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="flows" className="fill">
          <Flows filters={filters} />
        </Tabs.Panel>
        <Tabs.Panel value="talkers">
          <Talkers
            filters={filters}
            by={by}
            onBy={(next) => change({ by: next })}
            onFilter={(filter) => change({ ...filter, view: undefined })}
          />
        </Tabs.Panel>
        <Tabs.Panel value="predictions">
          <Predictions run={search.run} onRun={(run) => change({ run })} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function Volume({ filters, onRange }: { filters: FlowFilters; onRange: (from: number, to: number) => void }) {
  const volume = useApi('flowVolume', { query: { ...filters, bins: 120 } });
  return (
    <Card>
      <Answered of={volume} rows={3}>
        {(data) => {
          const { start } = data;
          if (start === null || data.total === 0) return <p className="soft small">No flow in this range.</p>;
          return (
            <>
              <div className="row small soft">
                <span className="grow num">
                  {plural(data.total, 'flow')}, {bytes(data.bytes.reduce((sum, n) => sum + n, 0))}
                </span>
                <span>bytes in {duration(data.binMicros)} a bar · drag to zoom</span>
              </div>
              <SeriesChart
                x={data.bytes.map((_, bin) => (start + bin * data.binMicros) / 1e6)}
                y={data.bytes}
                bars
                height={96}
                label={`Bytes per ${duration(data.binMicros)}`}
                format={bytes}
                onRange={onRange}
              />
            </>
          );
        }}
      </Answered>
    </Card>
  );
}
