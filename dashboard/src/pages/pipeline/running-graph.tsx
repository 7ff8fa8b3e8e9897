import { Link } from '@tanstack/react-router';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useTenant } from '../../api/queries.ts';
import { Graph, type GraphNode } from '../../components/graph.tsx';
import { lagText } from '../../format/lag.ts';
import { bytes, count, percent, perSecond, plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';

type Source = RouteResponse<'sources'>['items'][number];
type Detector = Source['detectors'][number];
interface Props {
  readonly sources: readonly Source[];
  readonly overview: RouteResponse<'overview'> | undefined;
}

/** Sources, their parsers, their detectors, and the alerts all of them lead to. */
export function RunningGraph({ sources, overview }: Props) {
  const alerts = overview?.alerts;
  const tenant = useTenant();
  return (
    <Graph
      titles={['Sources', 'Parsers and queues', 'Detectors: flagged of scored', 'Alerts']}
      rows={sources.map(rowOf)}
      end={{
        id: 'alerts',
        to: [],
        content: (
          <>
            <Link to="/t/$tenant/alerts" params={{ tenant }} className="strong">
              {alerts === undefined ? 'Alerts' : plural(alerts.open, 'open alert')}
            </Link>
            {alerts !== undefined && <span className="soft num">{plural(alerts.notifiedToday, 'notification')} today (UTC)</span>}
          </>
        ),
      }}
    />
  );
}

function rowOf(source: Source): GraphNode[] {
  const { name, detectors } = source;
  return [
    { id: `s/${name}`, to: [`p/${name}`], content: <SourceNode of={source} /> },
    { id: `p/${name}`, to: [detectors.length === 0 ? 'alerts' : `d/${name}`], content: <ParserNode of={source} /> },
    ...(detectors.length === 0 ? [] : [{ id: `d/${name}`, to: ['alerts'], content: <DetectorsNode of={detectors} /> }]),
  ];
}

function SourceNode({ of: source }: { of: Source }) {
  const tenant = useTenant();
  return (
    <>
      <span className="row tight rigid">
        <i className={`dot ${source.lastError !== '' ? 'critical' : source.state === 'reading' ? 'good' : 'medium'}`} />
        <strong className="ellipsis">{source.name}</strong>
      </span>
      <span className="soft">
        {source.type}, {source.state}
      </span>
      <span className="num">{perSecond(source.recordsPerSecond)}</span>
      {source.lastError !== '' && (
        <Link to="/t/$tenant/sources" params={{ tenant }} className="level-error wrap">
          {source.lastError}
        </Link>
      )}
    </>
  );
}

function ParserNode({ of: source }: { of: Source }) {
  const tenant = useTenant();
  const { feature, deadLetters } = source;
  return (
    <>
      <strong>{stepOf(feature)}</strong>
      {feature !== '' && <span className="soft wrap">{prose(feature)}</span>}
      <span className="num">
        lag {lagText({ ...source, rate: source.recordsPerSecond })} · queue {bytes(source.queueBytes)}
      </span>
      {deadLetters > 0 && (
        <Link to="/t/$tenant/sources" params={{ tenant }} search={{ tab: 'dead-letters' }} className="level-error num">
          {plural(deadLetters, 'dead letter')}
        </Link>
      )}
    </>
  );
}

/** What becomes of the records, by how they are grouped. */
function stepOf(feature: string): string {
  if (feature === '') return 'finding out how lines group';
  if (feature.startsWith('readings')) return 'readings to series';
  return feature.includes('packets') ? 'packets to flows' : 'lines to events';
}

const DOTS = { ready: 'good', learning: 'medium', paused: 'critical', stopped: '' } as const;

function DetectorsNode({ of: detectors }: { of: readonly Detector[] }) {
  const tenant = useTenant();
  return (
    <ul className="node-rows">
      {detectors.map(({ detector, source, state, flagged, scored, promisedRate, have, need }) => (
        <li key={detector} title={`${state}; ${promisedRate === null ? 'promises no rate' : `${percent(promisedRate)} promised`}`}>
          <i className={`dot ${DOTS[state]}`} />
          <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ detector, source, state: 'any' }} className="grow ellipsis">
            {detector}
          </Link>
          <span className="soft num nowrap">
            {state === 'learning' && need > 0 ? `learnt ${count(have)} of ${count(need)}` : `${count(flagged)} of ${count(scored)}`}
            {(state === 'paused' || state === 'stopped') && `, ${state}`}
          </span>
        </li>
      ))}
    </ul>
  );
}
