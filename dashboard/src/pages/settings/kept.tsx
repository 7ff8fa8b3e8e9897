import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { Fact } from '../../components/fact.tsx';
import { Card } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { bytes, plural } from '../../format/number.ts';
import { duration } from '../../format/time.ts';

/** How long events and alerts are kept, and what that takes now. */
export function Kept() {
  const retention = useApi('retention');
  const apply = useChange('applyRetention', ['retention', 'overview', 'alerts', 'groups']);
  const can = useCan()('admin');
  const now = () =>
    apply.mutate(
      {},
      {
        onSuccess: (result) =>
          notifications.show({
            title: 'Removed what is past its time',
            message: `${plural(result.removedFiles, 'file')} (${bytes(result.removedBytes)}), ${plural(result.removedAlerts, 'alert')}; ${bytes(result.heldBytes)} kept because an alert needs them.`,
          }),
        onError: (error) => notifications.show({ color: 'red', title: 'Nothing removed', message: error.message }),
      },
    );
  return (
    <Card
      title="What is kept now"
      head={
        can && (
          <Button variant="default" loading={apply.isPending} onClick={now}>
            Apply now
          </Button>
        )
      }
    >
      <Answered of={retention}>
        {(data) => (
          <div className="stack">
            <dl className="facts">
              <Fact name="Events kept for">{data.maxAge === null ? 'no limit of age' : duration(data.maxAge)}</Fact>
              <Fact name="Events take at most">{data.maxBytes === null ? 'no limit of size' : bytes(data.maxBytes)}</Fact>
              <Fact name="Alerts kept for">{data.alertAge === null ? 'no limit of age' : duration(data.alertAge)}</Fact>
              <Fact name="Events take now">{bytes(data.bytes)}</Fact>
            </dl>
            <p className="soft small">Events that a kept alert needs for its replay stay as long as the alert.</p>
          </div>
        )}
      </Answered>
    </Card>
  );
}
