import { keepPreviousData, QueryClient, type UseQueryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import type { Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { ApiError, type CallOptions, call } from './client.ts';
import type { CallName } from './paths.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
      refetchOnWindowFocus: false,
    },
  },
});

export function useTenant(): string {
  const { tenant } = useParams({ strict: false }) as { tenant?: string };
  return tenant ?? '';
}

/** Answer of a route of the tenant in the address; `live` routes are asked again as events arrive (live.ts). */
export function useApi<N extends CallName>(
  name: N,
  options: Omit<CallOptions<N>, 'signal' | 'body'> = {},
  more: Pick<UseQueryOptions, 'enabled' | 'refetchInterval' | 'staleTime'> = {},
) {
  const tenant = useTenant();
  const params = { tenant, ...options.params };
  return useQuery<RouteResponse<N>, ApiError>({
    queryKey: [name, params, options.query ?? {}],
    queryFn: ({ signal }) => call(name, { ...options, params, signal }),
    placeholderData: keepPreviousData,
    ...(more as object),
  });
}

/** A change; `stale` names the routes whose answers it changes. */
export function useChange<N extends CallName>(name: N, stale: readonly CallName[] = []) {
  const tenant = useTenant();
  const client = useQueryClient();
  return useMutation<RouteResponse<N>, ApiError, Omit<CallOptions<N>, 'signal'>>({
    mutationFn: (options) => call(name, { ...options, params: { tenant, ...options.params } }),
    onSuccess: () => Promise.all(stale.map((key) => client.invalidateQueries({ queryKey: [key] }))),
  });
}
