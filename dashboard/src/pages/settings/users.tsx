import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useSession } from '../../app/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { AddUser } from './add-user.tsx';
import { Memberships } from './memberships.tsx';

export function Users() {
  const users = useApi('users');
  const me = useSession().data;
  const change = useChange('changeUser', ['users']);
  const remove = useChange('removeUser', ['users']);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<{ id: string; name: string }>();
  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  return (
    <Card title="Users" flush head={<Button onClick={() => setAdding(true)}>Add a user</Button>}>
      <Answered of={users}>
        {({ items }) => (
          <Table label="Users" heads={['Name', 'May', 'Last sign-in', 'Created']} actions>
            {items.map((user) => (
              <tr key={user.id}>
                <td>
                  {user.name} {user.disabled && <span className="chip medium">disabled</span>}
                </td>
                <td className="wrap">{user.administrator ? 'administrator of every tenant' : <Memberships of={user} />}</td>
                <td>
                  <When at={user.lastSignIn} as="relative" />
                </td>
                <td>
                  <When at={user.createdAt} />
                </td>
                <td className="right">
                  {user.name !== me?.name && (
                    <span className="row tight" style={{ justifyContent: 'flex-end' }}>
                      <Button
                        variant="default"
                        size="compact-xs"
                        aria-label={`${user.disabled ? 'Enable' : 'Disable'} ${user.name}`}
                        onClick={() => change.mutate({ params: { id: user.id }, body: { disabled: !user.disabled } }, { onError: fail })}
                      >
                        {user.disabled ? 'Enable' : 'Disable'}
                      </Button>
                      <Button variant="default" size="compact-xs" aria-label={`Remove ${user.name}`} onClick={() => setRemoving(user)}>
                        Remove
                      </Button>
                    </span>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Answered>
      <AddUser opened={adding} onClose={() => setAdding(false)} />
      <Confirm
        question={removing === undefined ? undefined : `Remove ${removing.name}?`}
        action={`Remove ${removing?.name ?? ''}`}
        pending={remove.isPending}
        onConfirm={() =>
          removing !== undefined &&
          remove.mutate({ params: { id: removing.id } }, { onError: fail, onSettled: () => setRemoving(undefined) })
        }
        onClose={() => setRemoving(undefined)}
      >
        Sessions and API tokens of this user end at once. Labels and audit entries stay.
      </Confirm>
    </Card>
  );
}
