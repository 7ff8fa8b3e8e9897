import { Button } from '@mantine/core';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { useApi, useTenant } from '../api/queries.ts';
import { useCan } from '../app/session.ts';
import { DetectorState, DetectorTable } from '../components/detector-table.tsx';
import { Graph, type GraphColumn } from '../components/graph.tsx';
import { Card, Page } from '../components/page.tsx';
import { Answered, Blank } from '../components/states.tsx';
import { lagText } from '../format/lag.ts';
import { bytes, count, percent, perSecond, plural } from '../format/number.ts';
import { TryDetector } from './detectors/try-out.tsx';
import { Runs } from './models/runs.tsx';

type Source = RouteResponse<'sources'>['items'][number];
type Overview = RouteResponse<'overview'>;

export function Pipeline() {
  const sources = useApi('sources', {}, { refetchInterval: 2_000 });
  const overview = useApi('overview', {}, { refetchInterval: 10_000 });
  const tenant = useTenant();
  const { run } = useSearch({ from: '/t/$tenant/pipeline' });
  const navigate = useNavigate({ from: '/t/$tenant/pipeline' });
  const can = useCan()('engineer');
  const [trying, setTrying] = useState(false);
  return (
    <Page
      title="Pipeline"
      head={
        overview.data !== undefined && (
          <span className={`chip ${overview.data.state === 'running' ? 'good' : overview.data.state === 'failed' ? 'critical' : ''}`}>
            {overview.data.state}
          </span>
        )
      }
    >
      <Answered of={sources} rows={8}>
        {({ items }) =>
          items.length === 0 ? (
            <Card>
              <Blank
                title="Nothing runs here"
                hint="Name sources in the configuration file and start `vedette up -c vedette.yaml`; single files can be analysed under Sources."
              >
                <Link to="/t/$tenant/sources" params={{ tenant }} search={{ tab: 'upload' }}>
                  Upload a file
                </Link>
              </Blank>
            </Card>
          ) : (
            <>
              <Card>
                <Graph columns={columns(items, overview.data)} />
              </Card>
              <Card
                title="Detectors"
                flush
                head={
                  can && (
                    <Button variant="default" onClick={() => setTrying(true)}>
                      Try a detector
                    </Button>
                  )
                }
              >
                <DetectorTable detectors={items.flatMap(({ detectors }) => detectors)} />
              </Card>
              <TryDetector opened={trying} sources={items.map(({ name }) => name)} onClose={() => setTrying(false)} />
            </>
          )
        }
      </Answered>
      <Runs chosen={run} onChoose={(next) => navigate({ search: { run: next } })} />
    </Page>
  );
}

/** Sources, their parsers, their detectors, and the alerts all of them lead to. */
function columns(sources: readonly Source[], overview: Overview | undefined): GraphColumn[] {
  const alerts = overview?.alerts;
  return [
    {
      title: 'Sources',
      nodes: sources.map((source) => ({
        id: `s/${source.name}`,
        to: [`p/${source.name}`],
        content: (
          <>
            <span className="row tight rigid">
              <i className={`dot ${source.lastError !== '' ? 'critical' : source.state === 'reading' ? 'good' : 'medium'}`} />
              <strong className="ellipsis">{source.name}</strong>
            </span>
            <span className="soft">
              {source.type}, {source.state}
            </span>
            <span className="num">{perSecond(source.recordsPerSecond)}</span>
          </>
        ),
      })),
    },
    {
      title: 'Parsers and queues',
      nodes: sources.map((source) => ({
        id: `p/${source.name}`,
        to: source.detectors.map(({ detector }) => `d/${source.name}/${detector}`),
        content: (
          <>
            <strong>{source.feature === '' ? 'finding out how lines group' : 'lines to events'}</strong>
            {source.feature !== '' && <span className="soft wrap">{source.feature}</span>}
            <span className="num">
              lag {lagText({ ...source, rate: source.recordsPerSecond })} · queue {bytes(source.queueBytes)}
            </span>
            {source.deadLetters > 0 && <span className="level-error num">{plural(source.deadLetters, 'dead letter')}</span>}
          </>
        ),
      })),
    },
    {
      title: 'Detectors',
      nodes: sources.flatMap((source) =>
        source.detectors.map((detector) => ({
          id: `d/${source.name}/${detector.detector}`,
          to: ['alerts'],
          content: (
            <>
              <span className="row tight rigid">
                <strong className="grow ellipsis">{detector.detector}</strong>
              </span>
              <DetectorState of={detector} />
              <span className="soft num">
                {count(detector.flagged)} of {count(detector.scored)} flagged · {percent(detector.promisedRate)} promised
              </span>
            </>
          ),
        })),
      ),
    },
    {
      title: 'Alerts',
      nodes: [
        {
          id: 'alerts',
          to: [],
          content: (
            <>
              <strong>{alerts === undefined ? 'Alerts' : plural(alerts.open, 'open alert')}</strong>
              {alerts !== undefined && <span className="soft num">{count(alerts.notifiedToday)} told about in the last 24 h</span>}
            </>
          ),
        },
      ],
    },
  ];
}
