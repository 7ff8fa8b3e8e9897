import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useNavigate } from '@tanstack/react-router';
import { queryClient, useChange } from '../api/queries.ts';
import { useSession, useTenants } from './session.ts';

/** Stops the demo and deletes everything it generated. */
export function RemoveDemo({ tenant }: { tenant: string }) {
  const administrator = useSession().data?.administrator ?? false;
  const others = (useTenants().data?.items ?? []).filter(({ id }) => id !== tenant);
  const remove = useChange('removeTenant');
  const navigate = useNavigate();
  const [next] = others;
  if (!administrator || next === undefined) return null;
  const onClick = () =>
    remove.mutate(
      { params: { tenant } },
      {
        onSuccess: async () => {
          await navigate({ to: '/t/$tenant', params: { tenant: next.id }, replace: true });
          await queryClient.invalidateQueries();
          notifications.show({ title: 'The demo is removed', message: 'Its tenant, data and alerts are deleted.' });
        },
        onError: (error) => notifications.show({ color: 'red', title: 'Not removed', message: error.message }),
      },
    );
  return (
    <Button variant="default" size="compact-xs" loading={remove.isPending} onClick={onClick}>
      Remove the demo
    </Button>
  );
}
