import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';
import { headOf, Score } from '../incidents/item.tsx';

const SHOWN = 5;

/** The worst open incidents; alerts that belong together are one row. */
export function NeedsLook() {
  const tenant = useTenant();
  const incidents = useApi('incidents', { query: { state: 'open', band: 'notify', order: 'score', limit: 1000 } });
  return (
    <Card
      title="Needs a look"
      className="c7"
      flush
      head={
        <Link to="/t/$tenant/incidents" params={{ tenant }} className="small">
          All open incidents
        </Link>
      }
    >
      <Answered of={incidents} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title="Nothing open" hint="Every incident is closed, or nothing unusual has been seen yet.">
              <Link to="/t/$tenant/alerts" params={{ tenant }}>
                Open alerts
              </Link>
            </Blank>
          ) : (
            <Scroll label="Open incidents">
              <table className="table dense">
                <tbody>
                  {items.slice(0, SHOWN).map((incident) => (
                    <tr key={incident.id}>
                      <td style={{ width: 52 }}>
                        <Score incident={incident} />
                      </td>
                      <td>
                        <Link
                          to="/t/$tenant/incidents"
                          params={{ tenant }}
                          search={{ incident: incident.id }}
                          className="strong two-lines"
                          title={prose(incident.sentence)}
                        >
                          {prose(headOf(incident))}
                        </Link>
                      </td>
                      <td className="soft small num only-wide">
                        {plural(incident.alerts, 'alert')}, {plural(incident.hostCount, 'host')}
                        <div>{incident.tactics.map((tactic) => tactic.replaceAll('-', ' ')).join(', ')}</div>
                      </td>
                      <td className="soft right nowrap">
                        <When at={incident.lastEvidence} as="relative" />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </Scroll>
          )
        }
      </Answered>
    </Card>
  );
}
