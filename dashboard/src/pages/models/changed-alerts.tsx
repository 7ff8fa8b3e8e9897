import { Link } from '@tanstack/react-router';
import type { FeedbackBody } from '../../../../src/server/api/schema/feedback.ts';
import { useTenant } from '../../api/queries.ts';
import { Severity, VerdictChip, When } from '../../components/marks.tsx';
import { Table } from '../../components/table.tsx';
import { figure } from '../../format/number.ts';
import { prose } from '../../format/time.ts';

type Alert = FeedbackBody['detectors'][number]['alerts'][number];

/** Stored alerts whose rating the labels change, the most changed first. */
export function ChangedAlerts({ of: alerts, name }: { of: readonly Alert[]; name: string }) {
  const tenant = useTenant();
  return (
    <section className="section card-body" aria-label={`Alerts of ${name} rated differently`}>
      <h3>Alerts of {name}, as they would be rated now</h3>
      <Table label={`Alerts of ${name}`} heads={['Severity', 'Began', 'Entity', 'What', 'Label', 'Without labels', 'With labels']} dense>
        {alerts.map((alert) => (
          <tr key={alert.id}>
            <td>
              <Severity value={alert.severity} />
            </td>
            <td>
              <When at={alert.time} />
            </td>
            <td className="name">{alert.entity || '(none)'}</td>
            <td className="clip">
              <Link
                to="/t/$tenant/alerts"
                params={{ tenant }}
                search={{ alert: alert.id, state: 'any' }}
                className="ellipsis"
                title={prose(alert.title)}
              >
                {prose(alert.title)}
              </Link>
            </td>
            <td>{alert.verdict === undefined ? '–' : <VerdictChip verdict={alert.verdict} />}</td>
            <td className="nowrap">
              <Rating of={alert.before} />
            </td>
            <td className="nowrap">
              <Rating of={alert.after} />
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function Rating({ of: { score, pValue, flagged } }: { of: Alert['before'] }) {
  return (
    <>
      <span className={`chip ${flagged ? 'medium' : 'good'}`}>{flagged ? 'raised' : 'not raised'}</span>{' '}
      <span className="soft small num">{pValue === null ? `score ${figure(score)}` : `p ${figure(pValue)}`}</span>
    </>
  );
}
