import { Link } from '@tanstack/react-router';
import { useApi, useTenant } from '../../api/queries.ts';
import { Severity, When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';

const SHOWN = 5;

/** The most severe open groups of alerts. */
export function NeedsLook() {
  const tenant = useTenant();
  const groups = useApi('groups', { query: { state: 'open', limit: 200 } });
  return (
    <Card
      title="Needs a look"
      className="c7"
      flush
      head={
        <Link to="/t/$tenant/alerts" params={{ tenant }} className="small">
          All open alerts
        </Link>
      }
    >
      <Answered of={groups} rows={6}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank title="Nothing open" hint="Every alert is closed, or nothing unusual has been seen yet." />
          ) : (
            <Scroll label="Open alerts">
              <table className="table dense">
                <tbody>
                  {items.slice(0, SHOWN).map((group) => (
                    <tr key={group.id}>
                      <td style={{ width: 52 }}>
                        <Severity value={group.severity} />
                      </td>
                      <td>
                        <Link
                          to="/t/$tenant/alerts"
                          params={{ tenant }}
                          search={{ group: group.id, alert: group.worst }}
                          className="strong two-lines"
                          title={prose(group.title)}
                        >
                          {prose(group.title)}
                        </Link>
                      </td>
                      <td className="soft nowrap small num only-wide">
                        {group.detector}
                        <div>
                          {plural(group.alerts, 'alert')}, {plural(group.entities, 'entity', 'entities')}
                        </div>
                      </td>
                      <td className="soft right">
                        <When at={group.lastSeen} as="relative" />
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
