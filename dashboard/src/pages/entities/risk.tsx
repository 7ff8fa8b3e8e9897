import { Link } from '@tanstack/react-router';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useTenant } from '../../api/queries.ts';
import { SeriesChart } from '../../components/charts.tsx';
import { Bar, When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { count, figure, plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';
import { Score } from '../incidents/item.tsx';

type Entity = RouteResponse<'entity'>;

const asRisk = (value: number | null): string => (value === null ? '–' : String(Math.round(value)));

/** How risky it is now, how that came, and what weighs in it. */
export function Risk({ entity }: { entity: Entity }) {
  const tenant = useTenant();
  const points = entity.history.filter((point): point is { at: number; risk: number | null } => point.at !== null);
  return (
    <div className="grid">
      <Card
        title="Risk over time"
        className="c7"
        head={
          <span className="soft small">
            {entity.openAlerts > 0
              ? 'fades to what its open alerts weigh; close or label them'
              : 'fades without new evidence; 40 suspicious, 70 harmful'}
          </span>
        }
      >
        {points.length > 1 ? (
          <SeriesChart
            x={points.map(({ at }) => at / 1e6)}
            y={points.map(({ risk }) => risk)}
            label="Risk"
            format={asRisk}
            height={150}
            most={100}
          />
        ) : (
          <p className="soft">No evidence against it.</p>
        )}
      </Card>
      <Card title="What weighs in it" className="c5" flush>
        <table className="table dense">
          <tbody>
            {entity.evidence.slice(0, 7).map((one) => (
              <tr key={`${one.type} ${one.alertId}`}>
                <td className="clip">
                  <Link
                    to="/t/$tenant/alerts"
                    params={{ tenant }}
                    search={{ alert: one.alertId, state: 'any' }}
                    className="ellipsis"
                    title={prose(one.title)}
                  >
                    {prose(one.title)}
                  </Link>
                </td>
                <td className="soft nowrap num">
                  {one.expected ? 'normal here' : `${one.role === 'target' ? 'done to it, ' : ''}${plural(one.count, 'time')}`}
                </td>
                <td style={{ width: 80, verticalAlign: 'middle' }}>
                  <Bar
                    share={one.weight / Math.max(1e-9, ...entity.evidence.map(({ weight }) => weight))}
                    level="high"
                    label={`Weight ${figure(one.weight)}`}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      {entity.incidents.length > 0 && (
        <Card title="Incidents" className="c12" flush head={<span className="soft small">{count(entity.incidents.length)}</span>}>
          <table className="table dense">
            <tbody>
              {entity.incidents.map((incident) => (
                <tr key={incident.id}>
                  <td style={{ width: 110 }}>
                    <Score incident={incident} word />
                  </td>
                  <td className="clip">
                    <Link
                      to="/t/$tenant/incidents"
                      params={{ tenant }}
                      search={{ incident: incident.id, state: 'any', learning: 'with' }}
                      className="ellipsis strong"
                      title={prose(incident.sentence)}
                    >
                      {prose(incident.sentence)}
                    </Link>
                  </td>
                  <td className="soft nowrap">{incident.state}</td>
                  <td className="soft right">
                    <When at={incident.lastEvidence} as="relative" />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      )}
    </div>
  );
}
