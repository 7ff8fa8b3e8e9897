import type { JobBody } from '../../../../src/server/api/schema/jobs.ts';
import { Severity, When } from '../../components/marks.tsx';
import { Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';

interface Raised {
  readonly id: string;
  readonly time: number;
  readonly entity: string;
  readonly title: string;
  readonly why: string;
  readonly severity: number;
}

/** What a backtested detector would have raised, the most severe first. */
export function RaisedFindings({ of: { kind, result } }: { of: JobBody }) {
  if (kind !== 'backtest' || !Array.isArray(result?.raised)) return null;
  const raised = result.raised as readonly Raised[];
  if (raised.length === 0)
    return <Blank title="It would have raised nothing" hint="No unit of the stored events was below the promised rate." />;
  return (
    <section className="section">
      <h3>What it would have raised</h3>
      <Table label="What it would have raised" heads={['Severity', 'Time', 'Entity', 'What and why']} dense>
        {raised.map(({ id, time, entity, title, why, severity }) => (
          <tr key={id}>
            <td>
              <Severity value={severity} />
            </td>
            <td>
              <When at={time} />
            </td>
            <td>{entity || '(none)'}</td>
            <td className="wrap">
              {title}
              <div className="small soft">{why}</div>
            </td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
