import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { Severity, When } from '../../components/marks.tsx';
import { Table } from '../../components/table.tsx';
import { count } from '../../format/number.ts';
import { prose } from '../../format/time.ts';

type Evidence = AlertBody['detection']['evidence'][number];

/** The first and the latest units of an alert that stands for several, with where their lines are. */
export function Occurrences({ alert }: { alert: AlertBody }) {
  const { occurrences = [] } = alert;
  if (occurrences.length < 2) return null;
  const some = occurrences.length < alert.count ? `, the first and the latest of ${count(alert.count)}` : '';
  return (
    <section className="section">
      <h3>Each time it was seen{some}</h3>
      <Table label="Each time it was seen" heads={['From', 'Unit', 'Severity', 'What', 'Lines']}>
        {occurrences.map((one) => (
          <tr key={one.detection}>
            <td>
              <When at={one.start} />
            </td>
            <td className="wrap mono">{one.key}</td>
            <td>
              <Severity value={one.severity} />
            </td>
            <td className="wrap">{prose(one.what)}</td>
            <td className="wrap mono small">{one.evidence.map(placeOf).join(', ')}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}

function placeOf({ input, line }: Evidence): string {
  return `${input}:${line ?? '?'}`;
}
