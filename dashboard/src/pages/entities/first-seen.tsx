import { Link } from '@tanstack/react-router';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useTenant } from '../../api/queries.ts';
import { When } from '../../components/marks.tsx';
import { More } from '../../components/more.tsx';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Blank } from '../../components/states.tsx';

const SHOWN = 12;

/** What had never been seen of the entity before: contributions that no earlier event matches. */
export function FirstSeen({ alerts }: { alerts: readonly AlertBody[] }) {
  const tenant = useTenant();
  const facts = alerts.flatMap(({ id, detection }) =>
    detection.explanation.contributions
      .filter(({ seenBefore }) => seenBefore === 0)
      .map((part) => ({ id, at: detection.start, subject: part.text ?? part.subject, observed: part.observed })),
  );
  return (
    <Card title="Seen for the first time" className="c5" flush>
      {facts.length === 0 ? (
        <Blank title="Nothing new" hint="Everything this entity did in this range had been seen before." />
      ) : (
        <Scroll label="Seen for the first time">
          <table className="table dense">
            <tbody>
              {facts.slice(0, SHOWN).map((fact, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: facts have no name of their own and never move.
                <tr key={index}>
                  <td className="nowrap">
                    <When at={fact.at} />
                  </td>
                  <td className="clip">
                    <Link
                      to="/t/$tenant/alerts"
                      params={{ tenant }}
                      search={{ alert: fact.id, state: 'any' }}
                      className="ellipsis mono"
                      title={`${fact.subject}: ${fact.observed}`}
                    >
                      {fact.subject}
                    </Link>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <More shown={Math.min(SHOWN, facts.length)} total={facts.length} of="things seen for the first time" />
        </Scroll>
      )}
    </Card>
  );
}
