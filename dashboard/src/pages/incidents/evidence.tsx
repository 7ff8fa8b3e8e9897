import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Link } from '@tanstack/react-router';
import type { IncidentBody } from '../../../../src/server/api/schema/incidents.ts';
import { useApi, useChange, useTenant } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { Severity, When } from '../../components/marks.tsx';
import { Table } from '../../components/table.tsx';
import { offerUndo } from '../../components/undo.tsx';
import { count, figure } from '../../format/number.ts';
import { prose } from '../../format/time.ts';

type Piece = IncidentBody['evidence'][number];
const STALE = ['incident', 'incidents', 'expectations', 'entities'] as const;

/** Every alert that counts, how unusual its like is there, and the way to say that it is normal. */
export function Evidence({ incident }: { incident: IncidentBody }) {
  const tenant = useTenant();
  const can = useCan()('analyst');
  const expectations = useApi('expectations');
  const expect = useChange('expect', STALE);
  const unexpect = useChange('unexpect', STALE);
  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  const ruleOf = ({ type, host }: Piece) => expectations.data?.items.find((one) => one.type === type && one.host === host);
  const sayNormal = ({ type, host, title }: Piece) =>
    expect.mutate(
      { body: { type, host, title } },
      {
        onError: fail,
        onSuccess: ({ id }) =>
          offerUndo('Normal here from now on', `${title} on ${host} counts for nothing any more.`, () =>
            unexpect.mutate({ params: { id } }, { onError: fail }),
          ),
      },
    );
  return (
    <section className="section">
      <h3>Evidence</h3>
      <Table label="Evidence" heads={['When', 'What, where', 'Severity', { right: 'Surprise' }]} actions dense>
        {incident.evidence.map((piece) => {
          const rule = ruleOf(piece);
          return (
            <tr key={piece.alertId}>
              <td>
                <When at={piece.time} />
              </td>
              <td className="wrap" style={{ minWidth: 200 }}>
                <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ alert: piece.alertId, state: 'any' }}>
                  {prose(piece.title)}
                </Link>
                <div className="soft small">
                  {piece.host}, {piece.detector}
                </div>
              </td>
              <td>{piece.severity === undefined ? '–' : <Severity value={piece.severity} />}</td>
              <td className="right num nowrap">
                {piece.expected ? <span className="soft">normal here</span> : figure(piece.surprise)}
                <div className="soft small" title="Ten-minute windows with the like on this host, of all past ones">
                  seen in {count(piece.hostBins)} of {count(piece.bins)}
                </div>
              </td>
              <td className="right">
                {can &&
                  (rule === undefined ? (
                    <Button
                      variant="subtle"
                      size="compact-xs"
                      onClick={() => sayNormal(piece)}
                      aria-label={`Normal here: ${piece.title} on ${piece.host}`}
                    >
                      Normal here
                    </Button>
                  ) : (
                    <Button
                      variant="subtle"
                      size="compact-xs"
                      onClick={() => unexpect.mutate({ params: { id: rule.id } }, { onError: fail })}
                      aria-label={`Take back: ${piece.title} is normal on ${piece.host}`}
                    >
                      Take back
                    </Button>
                  ))}
              </td>
            </tr>
          );
        })}
      </Table>
    </section>
  );
}
