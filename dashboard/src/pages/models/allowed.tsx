import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { Link } from '@tanstack/react-router';
import type { FeedbackBody } from '../../../../src/server/api/schema/feedback.ts';
import { useChange, useTenant } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { VerdictChip, When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Table } from '../../components/table.tsx';
import { offerUndo } from '../../components/undo.tsx';
import { plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';

type Item = FeedbackBody['allowed'][number];
const STALE = ['feedback', 'alert', 'alerts', 'groups', 'overview', 'labelLog', 'labels'] as const;

/** What is not raised any more because somebody said so; a label can be taken back here too. */
export function Allowed({ items }: { items: readonly Item[] }) {
  const tenant = useTenant();
  const can = useCan()('analyst');
  const unlabel = useChange('unlabel', STALE);
  const label = useChange('label', STALE);
  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  const takeBack = ({ alertId: id, verdict, note, title }: Item) =>
    unlabel.mutate(
      { params: { id }, query: { note: '' } },
      {
        onError: fail,
        onSuccess: () =>
          offerUndo('Label taken back', prose(title), () => label.mutate({ params: { id }, body: { verdict, note } }, { onError: fail })),
      },
    );
  return (
    <Card title="Not raised any more" flush head={<span className="soft small">{plural(items.length, 'label')} in force</span>}>
      <Table label="Not raised any more" heads={['What', 'Where', 'Detector', 'Label', 'By', 'Since']} actions dense>
        {items.map((item) => (
          <tr key={item.alertId}>
            <td className="clip">
              <Link
                to="/t/$tenant/alerts"
                params={{ tenant }}
                search={{ alert: item.alertId, state: 'any' }}
                className="ellipsis"
                title={prose(item.title)}
              >
                {prose(item.title)}
              </Link>
              {item.note !== '' && <div className="small soft wrap">{item.note}</div>}
            </td>
            <td className="name">{item.entity ?? 'wherever it occurs'}</td>
            <td className="nowrap">
              {item.detector} <span className="soft">of {item.source}</span>
            </td>
            <td>
              <VerdictChip verdict={item.verdict} />
            </td>
            <td className="nowrap">{item.by}</td>
            <td>
              <When at={item.at} />
            </td>
            <td className="right">
              {can && (
                <Button
                  variant="subtle"
                  size="compact-xs"
                  aria-label={`Take back the label of ${item.title}`}
                  onClick={() => takeBack(item)}
                >
                  Take back
                </Button>
              )}
            </td>
          </tr>
        ))}
      </Table>
    </Card>
  );
}
