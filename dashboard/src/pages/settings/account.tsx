import { Button, PasswordInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { FormEvent } from 'react';
import { useChange } from '../../api/queries.ts';
import { useSession } from '../../app/session.ts';
import { Fact } from '../../components/fact.tsx';
import { Failure } from '../../components/failure.tsx';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';

export function Account() {
  const { data } = useSession();
  const change = useChange('changePassword');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const values = new FormData(form);
    change.mutate(
      { body: { current: String(values.get('current')), password: String(values.get('password')) } },
      {
        onSuccess: () => {
          form.reset();
          notifications.show({ title: 'Password changed', message: 'Your other sessions have ended.' });
        },
      },
    );
  };
  return (
    <div className="grid">
      <Card title="Signed in" className="c6">
        <dl className="facts">
          <Fact name="Name">{data?.name}</Fact>
          <Fact name="Session ends">
            <When at={data?.expiresAt} />
          </Fact>
          <Fact name="Tenants">
            {data?.administrator ? 'administrator of all' : data?.tenants.map(({ tenant, role }) => `${tenant} (${role})`).join(', ')}
          </Fact>
        </dl>
      </Card>
      <Card title="Change the password" className="c6">
        <form onSubmit={submit} className="stack">
          <PasswordInput size="xs" name="current" label="Password now" autoComplete="current-password" required />
          <PasswordInput
            size="xs"
            name="password"
            label="New password"
            description="At least 12 characters"
            minLength={12}
            autoComplete="new-password"
            required
          />
          <Failure problem={change.error ?? undefined} />
          <div>
            <Button type="submit" loading={change.isPending}>
              Change
            </Button>
          </div>
        </form>
      </Card>
    </div>
  );
}
