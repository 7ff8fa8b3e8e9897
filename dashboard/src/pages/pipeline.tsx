import { Link } from '@tanstack/react-router';
import type { Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { useApi, useTenant } from '../api/queries.ts';
import { DeadLetters } from '../components/dead-letters.tsx';
import { DetectorState, DetectorTable } from '../components/detector-table.tsx';
import { Graph, type GraphColumn } from '../components/graph.tsx';
import { When } from '../components/marks.tsx';
import { Card, Page } from '../components/page.tsx';
import { Scroll } from '../components/scroll.tsx';
import { Answered, Blank } from '../components/states.tsx';
import { bytes, count, percent, perSecond, plural } from '../format/number.ts';
import { duration } from '../format/time.ts';

type Source = RouteResponse<'sources'>['items'][number];
type Overview = RouteResponse<'overview'>;

export function Pipeline() {
  const sources = useApi('sources', {}, { refetchInterval: 2_000 });
  const overview = useApi('overview', {}, { refetchInterval: 10_000 });
  const tenant = useTenant();
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
                hint="Name sources in the configuration file and start `vedette up -c vedette.yaml`; single files can be analysed on the upload page."
              >
                <Link to="/t/$tenant/upload" params={{ tenant }}>
                  Upload a file
                </Link>
              </Blank>
            </Card>
          ) : (
            <>
              <Card>
                <Graph columns={columns(items, overview.data)} />
              </Card>
              <Card title="Sources" flush>
                <SourceTable items={items} />
              </Card>
              <Card title="Detectors" flush>
                <DetectorTable detectors={items.flatMap(({ detectors }) => detectors)} />
              </Card>
            </>
          )
        }
      </Answered>
      <DeadLetters />
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
              lag {duration(source.lag)} · queue {bytes(source.queueBytes)}
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

function SourceTable({ items }: { items: readonly Source[] }) {
  const tenant = useTenant();
  return (
    <Scroll label="Sources">
      <table className="table">
        <thead>
          <tr>
            <th>Source</th>
            <th>State</th>
            <th className="right">Rate</th>
            <th className="right">Lag</th>
            <th>Events up to</th>
            <th className="right">Queue</th>
            <th className="right">Dead letters</th>
            <th>Counters</th>
          </tr>
        </thead>
        <tbody>
          {items.map((source) => (
            <tr key={source.name}>
              <td className="wrap">
                <Link to="/t/$tenant/logs" params={{ tenant }} search={{ source: source.name }}>
                  {source.name}
                </Link>
              </td>
              <td>
                {source.state}
                {source.lastError !== '' && <div className="small level-error wrap">{source.lastError}</div>}
              </td>
              <td className="right num nowrap">{perSecond(source.recordsPerSecond)}</td>
              <td className="right num nowrap">{duration(source.lag)}</td>
              <td>
                <When at={source.watermark} />
              </td>
              <td className="right num nowrap">
                {bytes(source.queueBytes)}
                <div className="small soft">{plural(source.queueBatches, 'batch', 'batches')}</div>
              </td>
              <td className="right num">{count(source.deadLetters)}</td>
              <td className="small soft num wrap">
                {Object.entries({ ...source.counters, ...source.sourceCounters })
                  .filter(([, value]) => value !== null && value !== 0)
                  .map(([name, value]) => `${name.replaceAll('_', ' ')} ${count(value)}`)
                  .join(' · ') || '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
