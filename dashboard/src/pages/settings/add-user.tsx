import { Button, Checkbox, Modal, PasswordInput, Select, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Role } from '../../../../src/server/api/contract.ts';
import { useChange, useTenant } from '../../api/queries.ts';
import { Failure } from '../../components/failure.tsx';
import { ROLES } from './roles.ts';

/** A new user with a first password and a role in the tenant of the address. */
export function AddUser({ opened, onClose }: { opened: boolean; onClose: () => void }) {
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
          data={[...ROLES]}
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
