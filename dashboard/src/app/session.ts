import { useQuery } from '@tanstack/react-query';
import type { Role, Response as RouteResponse } from '../../../src/server/api/contract.ts';
import type { SessionBody } from '../../../src/server/api/schema/access.ts';
import { type ApiError, call } from '../api/client.ts';
import { useTenant } from '../api/queries.ts';

const ORDER: readonly Role[] = ['viewer', 'analyst', 'engineer', 'admin'];

export function useSession() {
  return useQuery<SessionBody, ApiError>({
    queryKey: ['session'],
    queryFn: ({ signal }) => call('session', { signal }),
    staleTime: 60_000,
  });
}

/** Whether the signed-in user has at least this role in the tenant of the address. */
export function useCan(): (role: Role) => boolean {
  const tenant = useTenant();
  const { data } = useSession();
  const own = data?.administrator ? 'admin' : data?.tenants.find((membership) => membership.tenant === tenant)?.role;
  return (role) => own !== undefined && ORDER.indexOf(own) >= ORDER.indexOf(role);
}

export function useTenants() {
  return useQuery<RouteResponse<'tenants'>, ApiError>({ queryKey: ['tenants'], queryFn: () => call('tenants'), staleTime: 60_000 });
}

/** Whether the tenant of the address holds generated data only. */
export function useDemo(): boolean {
  const tenant = useTenant();
  return useTenants().data?.items.find(({ id }) => id === tenant)?.demo ?? false;
}
