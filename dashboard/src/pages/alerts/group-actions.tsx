import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconStack2 } from '@tabler/icons-react';
import type { BodyInput } from '../../../../src/server/api/contract.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan, useSession } from '../../app/session.ts';
import { type VerdictName, verdictText } from '../../components/marks.tsx';
import { offerUndo } from '../../components/undo.tsx';
import { count, plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';
import type { Group } from './inbox.tsx';

const STALE = ['alert', 'alerts', 'groups', 'overview', 'labelLog', 'labels', 'feedback', 'entities', 'entity'] as const;
type Change = Omit<BodyInput<'bulk'>, 'ids'>;
type State = NonNullable<Change['state']>;

/** One change for all alerts of a kind, made and undone by the server: however many they are, each becomes again as it was. */
export function GroupActions({ group }: { group: Group }) {
  const can = useCan()('analyst');
  const own = useSession().data?.name;
  // The group may be one of a filtered list: what is done concerns all of the kind.
  const kind = useApi('groups', { query: { group: group.id, limit: 1 } }, { enabled: can });
  const bulk = useChange('bulk', STALE);
  const back = useChange('undoBulk', STALE);
  const whole = kind.data?.items.find(({ id }) => id === group.id);
  if (!can || whole === undefined || whole.alerts < 2) return null;

  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  const all = (title: string, change: Change) =>
    bulk.mutateAsync({ body: { ...change, where: { group: group.id, ...change.where } } }).then(({ changed, undo }) => {
      if (undo === null) notifications.show({ title: 'Nothing to change', message: `All of them are so already: ${prose(group.title)}` });
      else
        offerUndo(`${title}: ${plural(changed, 'alert')}`, prose(group.title), () =>
          back.mutateAsync({ params: { change: undo } }).catch(fail),
        );
    }, fail);
  const setState = (state: State, title: string, from?: State) => all(title, { state, ...(from && { where: { state: from } }) });
  const label = (verdict: VerdictName) => all(`Labelled ${verdictText(verdict).toLowerCase()}`, { verdict });
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<IconStack2 size={14} />} loading={bulk.isPending || back.isPending}>
          All {count(whole.alerts)} of this kind
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item disabled={whole.open === 0} onClick={() => setState('acknowledged', 'Acknowledged', 'open')}>
          Acknowledge the {count(whole.open)} open
        </Menu.Item>
        <Menu.Item onClick={() => setState('closed', 'Closed')}>Close all</Menu.Item>
        <Menu.Item onClick={() => setState('open', 'Opened again')}>Open all again</Menu.Item>
        {own !== undefined && <Menu.Item onClick={() => all(`Assigned to ${own}`, { assignee: own })}>Assign all to me</Menu.Item>}
        <Menu.Divider />
        <Menu.Item onClick={() => label('true-positive')}>Label all true positive</Menu.Item>
        <Menu.Item onClick={() => label('false-positive')}>Label all false positive</Menu.Item>
        <Menu.Item onClick={() => label('benign')}>Label all benign</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
