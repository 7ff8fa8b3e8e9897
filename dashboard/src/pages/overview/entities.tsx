import { Link } from '@tanstack/react-router';
import type { OverviewBody } from '../../../../src/server/api/schema/live.ts';
import { useTenant } from '../../api/queries.ts';
import { Bar, Severity } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { lagText } from '../../format/lag.ts';
import { count, perSecond, plural } from '../../format/number.ts';
import { levelOf } from '../../format/severity.ts';

/** Entities with most open alerts. */
export function Entities({ data }: { data: OverviewBody }) {
  const tenant = useTenant();
  const most = Math.max(1, ...data.busiestEntities.map((entity) => entity.count));
  return (
    <Card
      title="Busiest entities"
      className="c6"
      flush
      head={
        <Link to="/t/$tenant/entities" params={{ tenant }} className="small">
          All entities
        </Link>
      }
    >
      {data.busiestEntities.length === 0 ? (
        <Blank title="No entity stands out" hint="Hosts, users and clients with open alerts are listed here." />
      ) : (
        <Table label="Busiest entities" heads={['Entity', 'Worst', { right: 'Alerts' }, 'Share']} dense>
          {data.busiestEntities.map((entity) => (
            <tr key={entity.name}>
              <td className="name">
                {entity.name === '' ? (
                  '(none)'
                ) : (
                  <Link to="/t/$tenant/entities/$name" params={{ tenant, name: entity.name }}>
                    {entity.name}
                  </Link>
                )}
              </td>
              <td>
                <Severity value={entity.severity} />
              </td>
              <td className="right num">
                <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ entity: entity.name, state: 'any' }}>
                  {count(entity.count)}
                </Link>
              </td>
              <td style={{ width: 110, verticalAlign: 'middle' }}>
                <Bar share={entity.count / most} level={levelOf(entity.severity)} label={plural(entity.count, 'alert')} />
              </td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}

/** Sources: whether they are read, how fast, how far behind. */
export function SourceHealth({ data }: { data: OverviewBody }) {
  const tenant = useTenant();
  return (
    <Card
      title="Sources"
      className="c6"
      flush
      head={
        <Link to="/t/$tenant/sources" params={{ tenant }} className="small">
          All sources
        </Link>
      }
    >
      {data.sources.length === 0 ? (
        <Blank title="No source runs" hint="Add one under Sources, or analyse a file there.">
          <Link to="/t/$tenant/sources" params={{ tenant }}>
            Add a source
          </Link>{' '}
          <Link to="/t/$tenant/sources" params={{ tenant }} search={{ tab: 'upload' }}>
            Upload a file
          </Link>
        </Blank>
      ) : (
        <Table label="Sources" heads={['Source', 'State', { right: 'Records' }, { right: 'Lag' }]} dense>
          {data.sources.map((source) => (
            <tr key={source.name}>
              <td className="name">
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
              <td className="right num">{lagText({ lag: source.lag, rate: source.recordsPerSecond, queueBytes: 0 })}</td>
            </tr>
          ))}
        </Table>
      )}
    </Card>
  );
}
