import { Button, Checkbox, Modal, PasswordInput, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import type { Role } from '../../../../src/server/api/contract.ts';
import { useApi, useChange, useTenant } from '../../api/queries.ts';
import { useSession } from '../../app/session.ts';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Scroll } from '../../components/scroll.tsx';
import { Answered } from '../../components/states.tsx';
import { Failure } from '../sign-in.tsx';

const ROLES: readonly { value: Role; label: string }[] = [
  { value: 'viewer', label: 'viewer: looks' },
  { value: 'analyst', label: 'analyst: labels, uploads' },
  { value: 'engineer', label: 'engineer: models, pipeline' },
  { value: 'admin', label: 'admin: everything of the tenant' },
];

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
          <Scroll label="Users">
            <table className="table">
              <thead>
                <tr>
                  <th>Name</th>
                  <th>May</th>
                  <th>Last sign-in</th>
                  <th>Created</th>
                  <th>
                    <span className="hidden">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {items.map((user) => (
                  <tr key={user.id}>
                    <td>
                      {user.name} {user.disabled && <span className="chip medium">disabled</span>}
                    </td>
                    <td className="wrap">
                      {user.administrator
                        ? 'administrator'
                        : user.memberships.map(({ tenant, role }) => `${tenant}: ${role}`).join(', ') || 'nothing yet'}
                    </td>
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
                            onClick={() =>
                              change.mutate({ params: { id: user.id }, body: { disabled: !user.disabled } }, { onError: fail })
                            }
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
              </tbody>
            </table>
          </Scroll>
        )}
      </Answered>
      <AddUser opened={adding} onClose={() => setAdding(false)} />
      <Modal
        opened={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        title={`Remove ${removing?.name}?`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <div className="stack">
          <p>Sessions and API tokens of this user end at once. Labels and audit entries stay.</p>
          <div>
            <Button
              color="red"
              onClick={() =>
                removing !== undefined &&
                remove.mutate({ params: { id: removing.id } }, { onError: fail, onSettled: () => setRemoving(undefined) })
              }
            >
              Remove
            </Button>
          </div>
        </div>
      </Modal>
    </Card>
  );
}

function AddUser({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const tenant = useTenant();
  const create = useChange('createUser', ['users']);
  const [role, setRole] = useState<Role>('analyst');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    create.mutate(
      {
        body: {
          name: String(values.get('name')),
          password: String(values.get('password')),
          administrator: values.get('administrator') !== null,
          memberships: [{ tenant, role }],
        },
      },
      { onSuccess: onClose },
    );
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Add a user" closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit} className="stack">
        <TextInput
          size="xs"
          name="name"
          label="Name"
          description="Small letters, digits, . _ @ -"
          pattern="[a-z0-9][a-z0-9._@\-]{0,63}"
          required
          autoComplete="off"
        />
        <PasswordInput
          size="xs"
          name="password"
          label="First password"
          description="At least 12 characters"
          minLength={12}
          required
          autoComplete="new-password"
        />
        <Select
          label={`Role in ${tenant}`}
          data={ROLES}
          value={role}
          allowDeselect={false}
          onChange={(value) => setRole((value ?? 'viewer') as Role)}
        />
        <Checkbox size="xs" name="administrator" label="Administrator of users and every tenant" />
        <Failure problem={create.error ?? undefined} />
        <div>
          <Button type="submit" loading={create.isPending}>
            Add
          </Button>
        </div>
      </form>
    </Modal>
  );
}
