import { Select } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Role, Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import { useChange, useTenant } from '../../api/queries.ts';
import { ROLES } from './roles.ts';

type User = RouteResponse<'users'>['items'][number];
const NONE = 'none';

/** The role of a user in the tenant of the address, to be changed, and those in others. */
export function Memberships({ of: user }: { of: User }) {
  const tenant = useTenant();
  const change = useChange('changeUser', ['users']);
  const others = user.memberships.filter((one) => one.tenant !== tenant);
  const own = user.memberships.find((one) => one.tenant === tenant)?.role;
  const set = (role: string | null) =>
    change.mutate(
      {
        params: { id: user.id },
        body: { memberships: role === null || role === NONE ? others : [...others, { tenant, role: role as Role }] },
      },
      { onError: (error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message }) },
    );
  return (
    <div className="stack" style={{ gap: 4 }}>
      <Select
        aria-label={`Role of ${user.name} in ${tenant}`}
        w={210}
        data={[{ value: NONE, label: `nothing in ${tenant}` }, ...ROLES]}
        value={own ?? NONE}
        allowDeselect={false}
        disabled={change.isPending}
        onChange={set}
      />
      {others.length > 0 && <span className="small soft">{others.map((one) => `${one.tenant}: ${one.role}`).join(', ')}</span>}
    </div>
  );
}
