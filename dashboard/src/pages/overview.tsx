import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { OverviewBody } from '../../../src/server/api/schema/live.ts';
import { useLive } from '../api/live.ts';
import { useApi, useTenant } from '../api/queries.ts';
import { SeriesChart } from '../components/charts.tsx';
import { DetectorTable } from '../components/detector-table.tsx';
import { Bar, Severity } from '../components/marks.tsx';
import { Card, Page } from '../components/page.tsx';
import { RingChart } from '../components/ring-chart.tsx';
import { Answered, Blank } from '../components/states.tsx';
import { bytes, count, perSecond, plural, short } from '../format/number.ts';
import { LEVEL_FROM, LEVELS, levelOf } from '../format/severity.ts';
import { duration } from '../format/time.ts';

export function Overview() {
  const overview = useApi('overview', {}, { refetchInterval: 10_000 });
  return (
    <Page title="Overview">
      <Answered of={overview} rows={8}>
        {(data) => <Figures data={data} />}
      </Answered>
    </Page>
  );
}

function Figures({ data }: { data: OverviewBody }) {
  const tenant = useTenant();
  const { last } = useLive();
  const lag = last?.lag ?? data.lag;
  return (
    <>
      {data.lastError !== '' && (
        <div className="note" role="alert">
          <strong>The pipeline reports: </strong>
          {data.lastError}
        </div>
      )}
      <div className="grid">
        <Figure
          to="logs"
          tenant={tenant}
          label="Events now"
          value={short(last?.eventsPerSecond ?? data.eventsPerSecond)}
          unit="/s"
          under={`${count(data.events.stored)} stored, ${bytes(data.events.bytes)}`}
        />
        <Figure
          to="pipeline"
          tenant={tenant}
          label="Lag"
          value={lag === null ? '–' : duration(lag)}
          under={lag === null ? 'no source is being read' : 'between an event and its analysis'}
        />
        <Figure
          to="alerts"
          tenant={tenant}
          label="Open alerts"
          value={count(data.alerts.open)}
          under={`${count(data.alerts.acknowledged)} acknowledged, ${count(data.alerts.closed)} closed`}
        />
        <Figure
          to="alerts"
          tenant={tenant}
          label="Told about, last 24 h"
          value={count(data.alerts.notifiedToday)}
          under={`budget: ${short(data.budget.promisedPerDay)} false a day; observed: ${data.budget.observedPerDay === null ? 'less than a day yet' : `${short(data.budget.observedPerDay)} a day, true ones included`}`}
        />
        <Throughput />
        <Severities data={data} tenant={tenant} />
        <Entities data={data} tenant={tenant} />
        <Sources data={data} tenant={tenant} />
        <Card title="Detectors: promised and observed" className="c12" flush>
          <DetectorTable detectors={data.budget.detectors} />
        </Card>
      </div>
    </>
  );
}

function Figure({
  to,
  tenant,
  label,
  value,
  unit,
  under,
}: {
  to: 'logs' | 'alerts' | 'pipeline';
  tenant: string;
  label: string;
  value: string;
  unit?: string;
  under: string;
}) {
  const content = (
    <>
      <span className="soft small">{label}</span>
      <span className="value">
        {value}
        {unit !== undefined && <span className="unit">{unit}</span>}
      </span>
      <span className="soft small">{under}</span>
    </>
  );
  return (
    <div className="card c3">
      <Link to={`/t/$tenant/${to}`} params={{ tenant }} className="figure">
        {content}
      </Link>
    </div>
  );
}

/** Events a second over the last quarter of an hour: what the server kept, continued live. */
function Throughput() {
  const history = useApi('history', { query: { step: 'second' } }, { staleTime: 60_000 });
  const { recent } = useLive();
  const [x, y] = useMemo(() => {
    const at = (history.data?.at ?? []).map((time) => time / 1e6);
    const rate = [...(history.data?.eventsPerSecond ?? [])];
    const known = at.at(-1) ?? 0;
    for (const event of recent) {
      if (event.at === null || event.at / 1e6 <= known) continue;
      at.push(event.at / 1e6);
      rate.push(event.eventsPerSecond);
    }
    return [at.slice(-900), rate.slice(-900)] as const;
  }, [history.data, recent]);
  return (
    <Card title="Events per second" head={<span className="soft small">last 15 min</span>} className="c8">
      <Answered of={history} rows={4}>
        {() =>
          x.length < 2 ? (
            <Blank title="No rate yet" hint="The first values appear a few seconds after the start." />
          ) : (
            <SeriesChart x={x} y={y} label="Events per second" format={perSecond} height={168} />
          )
        }
      </Answered>
    </Card>
  );
}

function Severities({ data, tenant }: { data: OverviewBody; tenant: string }) {
  const { severities } = data;
  const slices = useMemo(() => LEVELS.map((level) => ({ name: level, value: severities[level], colour: `--${level}-fill` })), [severities]);
  const total = slices.reduce((sum, { value }) => sum + value, 0);
  return (
    <Card title="Open alerts by severity" className="c4">
      {total === 0 ? (
        <Blank title="Nothing open" hint="Every alert is closed, or nothing unusual has been seen yet." />
      ) : (
        <div className="row rigid" style={{ gap: 22 }}>
          <RingChart slices={slices} label={slices.map(({ name, value }) => `${value} ${name}`).join(', ')} />
          <div className="legend grow">
            {[...slices].reverse().map(({ name, value }) => (
              <LegendRow key={name} mark={<span className={`sev ${name}`} />} value={value}>
                <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ state: 'open', severity: String(LEVEL_FROM[name]) }}>
                  {name}
                </Link>
              </LegendRow>
            ))}
          </div>
        </div>
      )}
      <ul className="hidden">
        {data.byDetector.map(({ name, count: n }) => (
          <li key={name}>{`${name}: ${plural(n, 'alert')}`}</li>
        ))}
      </ul>
    </Card>
  );
}

function LegendRow({ mark, children, value }: { mark: ReactNode; children: ReactNode; value: number }) {
  return (
    <>
      {mark}
      <span className="ellipsis">{children}</span>
      <span className="num right">{count(value)}</span>
    </>
  );
}

function Entities({ data, tenant }: { data: OverviewBody; tenant: string }) {
  const most = Math.max(1, ...data.busiestEntities.map((entity) => entity.count));
  return (
    <Card title="Entities with most alerts" className="c6" flush>
      {data.busiestEntities.length === 0 ? (
        <Blank title="No entity stands out" hint="Hosts, users and clients with open alerts are listed here." />
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Entity</th>
              <th>Worst</th>
              <th className="right">Alerts</th>
              <th>Share</th>
            </tr>
          </thead>
          <tbody>
            {data.busiestEntities.map((entity) => (
              <tr key={entity.name}>
                <td className="wrap">
                  <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ entity: entity.name }}>
                    {entity.name === '' ? '(none)' : entity.name}
                  </Link>
                </td>
                <td>
                  <Severity value={entity.severity} />
                </td>
                <td className="right num">{count(entity.count)}</td>
                <td style={{ width: 110, verticalAlign: 'middle' }}>
                  <Bar share={entity.count / most} level={levelOf(entity.severity)} label={plural(entity.count, 'alert')} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Sources({ data, tenant }: { data: OverviewBody; tenant: string }) {
  return (
    <Card
      title="Sources"
      className="c6"
      flush
      head={
        <Link to="/t/$tenant/pipeline" params={{ tenant }} className="small">
          Pipeline
        </Link>
      }
    >
      {data.sources.length === 0 ? (
        <Blank title="No source runs" hint="Name one in the configuration file, or analyse a file on the upload page.">
          <Link to="/t/$tenant/upload" params={{ tenant }}>
            Upload a file
          </Link>
        </Blank>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th>Source</th>
              <th>State</th>
              <th className="right">Records</th>
              <th className="right">Lag</th>
            </tr>
          </thead>
          <tbody>
            {data.sources.map((source) => (
              <tr key={source.name}>
                <td className="wrap">
                  <Link to="/t/$tenant/logs" params={{ tenant }} search={{ source: source.name }}>
                    {source.name}
                  </Link>
                </td>
                <td>
                  <span
                    className={`chip ${source.lastError !== '' ? 'critical' : source.state === 'reading' ? 'good' : source.state === 'retrying' ? 'medium' : ''}`}
                    title={source.lastError}
                  >
                    {source.state}
                  </span>
                  {source.lastError !== '' && <div className="small wrap soft">{source.lastError}</div>}
                </td>
                <td className="right num">{perSecond(source.recordsPerSecond)}</td>
                <td className="right num">{duration(source.lag)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
