import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconStack2 } from '@tabler/icons-react';
import type { BodyInput } from '../../../../src/server/api/contract.ts';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan, useSession } from '../../app/session.ts';
import { type VerdictName, verdictText } from '../../components/marks.tsx';
import { offerUndo } from '../../components/undo.tsx';
import { count, plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';
import type { Group } from './inbox.tsx';

const STALE = ['alert', 'alerts', 'groups', 'overview', 'labelLog', 'labels', 'feedback'] as const;
/** As many as one change may name. */
const MOST = 1000;
type Change = Omit<BodyInput<'bulk'>, 'ids'>;

/** One change for all alerts of a kind; each can be undone, alert by alert as it was. */
export function GroupActions({ group }: { group: Group }) {
  const can = useCan()('analyst');
  const own = useSession().data?.name;
  const several = can && group.alerts > 1;
  const members = useApi('alerts', { query: { group: group.id, limit: MOST } }, { enabled: several });
  const bulk = useChange('bulk', STALE);
  const alerts = (members.data?.items ?? []).filter((alert) => alert.group === group.id);
  if (!several || alerts.length < 2) return null;

  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  const put = (ids: string[], change: Change) => bulk.mutateAsync({ body: { ids, ...change } });
  const all = (title: string, change: Change, before: (alert: AlertBody) => Change) =>
    put(
      alerts.map(({ id }) => id),
      change,
    ).then(({ changed }) => {
      const undo = () => Promise.all([...byBefore(alerts, before)].map(([, { ids, back }]) => put(ids, back))).catch(fail);
      offerUndo(`${title}: ${plural(changed, 'alert')}`, prose(group.title), undo);
    }, fail);
  const setState = (state: AlertBody['state'], title: string) => all(title, { state }, (alert) => ({ state: alert.state }));
  const label = (verdict: VerdictName) =>
    all(`Labelled ${verdictText(verdict).toLowerCase()}`, { verdict }, (alert) => ({ verdict: alert.verdict ?? null }));
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<IconStack2 size={14} />} loading={bulk.isPending}>
          All {count(alerts.length)} of this kind
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => setState('acknowledged', 'Acknowledged')}>Acknowledge all</Menu.Item>
        <Menu.Item onClick={() => setState('closed', 'Closed')}>Close all</Menu.Item>
        <Menu.Item onClick={() => setState('open', 'Opened again')}>Open all again</Menu.Item>
        {own !== undefined && (
          <Menu.Item onClick={() => all(`Assigned to ${own}`, { assignee: own }, (alert) => ({ assignee: alert.assignee ?? null }))}>
            Assign all to me
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Item onClick={() => label('true-positive')}>Label all true positive</Menu.Item>
        <Menu.Item onClick={() => label('false-positive')}>Label all false positive</Menu.Item>
        <Menu.Item onClick={() => label('benign')}>Label all benign</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** Alerts that were alike before, with the change that makes them so again. */
function byBefore(alerts: readonly AlertBody[], before: (alert: AlertBody) => Change): Map<string, { ids: string[]; back: Change }> {
  const alike = new Map<string, { ids: string[]; back: Change }>();
  for (const alert of alerts) {
    const back = before(alert);
    const key = JSON.stringify(back);
    const known = alike.get(key) ?? { ids: [], back };
    known.ids.push(alert.id);
    alike.set(key, known);
  }
  return alike;
}
