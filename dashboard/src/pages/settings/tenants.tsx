import { Button, Modal, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { useChange, useTenant } from '../../api/queries.ts';
import { useTenants } from '../../app/session.ts';
import { Confirm } from '../../components/confirm.tsx';
import { Failure } from '../../components/failure.tsx';
import { Card } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';

/** Clients: nothing crosses from one to another, and removing one deletes all it holds. */
export function Tenants() {
  const tenants = useTenants();
  const current = useTenant();
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string>();
  const remove = useChange('removeTenant', ['tenants', 'session', 'users']);
  const gone = (tenant: string) => {
    setRemoving(undefined);
    notifications.show({ title: `${tenant} is removed`, message: 'Its data are deleted.' });
  };
  return (
    <Card title="Tenants" flush head={<Button onClick={() => setAdding(true)}>Add a tenant</Button>}>
      <Answered of={tenants}>
        {({ items }) => (
          <Table label="Tenants" heads={['Name', 'State']} actions>
            {items.map(({ id, state, running, demo }) => (
              <tr key={id}>
                <td>
                  <a href={`/t/${id}`}>{id}</a> {demo && <span className="chip demo">Demo data</span>}
                </td>
                <td>{running ? state : <span className="soft">kept, has no source</span>}</td>
                <td className="right">
                  {id !== current && (
                    <Button variant="default" size="compact-xs" aria-label={`Remove tenant ${id}`} onClick={() => setRemoving(id)}>
                      Remove
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </Table>
        )}
      </Answered>
      <Modal opened={adding} onClose={() => setAdding(false)} title="Add a tenant" closeButtonProps={{ 'aria-label': 'Close' }}>
        <AddTenant onDone={() => setAdding(false)} />
      </Modal>
      <Confirm
        question={removing === undefined ? undefined : `Remove ${removing}?`}
        action={`Delete everything of ${removing ?? ''}`}
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={() => removing !== undefined && remove.mutate({ params: { tenant: removing } }, { onSuccess: () => gone(removing) })}
        onClose={() => setRemoving(undefined)}
      >
        Its events, alerts, labels, models, reports and tokens are deleted. This cannot be undone; a backup can bring them back.
      </Confirm>
    </Card>
  );
}

function AddTenant({ onDone }: { onDone: () => void }) {
  const create = useChange('createTenant', ['tenants', 'session']);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    create.mutate({ body: { id: String(new FormData(event.currentTarget).get('id')) } }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit} className="stack">
      <TextInput size="xs" name="id" label="Name" required pattern="[a-z0-9][a-z0-9_\-]{0,63}" title="a-z 0-9 _ -" autoComplete="off" />
      <p className="soft small">It takes uploads at once, and runs from its first source on.</p>
      <Failure problem={create.error ?? undefined} />
      <div>
        <Button type="submit" loading={create.isPending}>
          Add
        </Button>
      </div>
    </form>
  );
}
