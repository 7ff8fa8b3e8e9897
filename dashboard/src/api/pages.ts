import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { QueryInput, Response as RouteResponse } from '../../../src/server/api/contract.ts';
import { type ApiError, call } from './client.ts';
import type { CallName } from './paths.ts';
import { useTenant } from './queries.ts';

/** Routes whose answers come page by page. */
type PagedName = {
  [N in CallName]: RouteResponse<N> extends { items: readonly unknown[] } ? ('cursor' extends keyof RouteResponse<N> ? N : never) : never;
}[CallName];

/** All pages read so far as one answer: the first page with the items of those after it. */
export interface Pages<N extends PagedName> {
  readonly data: RouteResponse<N> | undefined;
  readonly error: ApiError | null;
  readonly refetch: () => unknown;
  /** Reads the next page; undefined on the last one. */
  readonly more: (() => unknown) | undefined;
  readonly loading: boolean;
}

/** A list of the tenant that is read page by page; of none where `query` is undefined. While it shows its first page alone it is asked again every `every` milliseconds. */
export function usePages<N extends PagedName>(name: N, query: QueryInput<N> | undefined, every?: number): Pages<N> {
  const tenant = useTenant();
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery<
    RouteResponse<N>,
    ApiError,
    { pages: RouteResponse<N>[] },
    unknown[],
    string | undefined
  >({
    queryKey: [name, 'pages', tenant, query],
    queryFn: ({ pageParam, signal }) =>
      call(name, {
        params: { tenant },
        query: { ...query, ...(pageParam === undefined ? {} : { cursor: pageParam }) } as QueryInput<N>,
        signal,
      }),
    enabled: query !== undefined,
    initialPageParam: undefined,
    getNextPageParam: (page) => (page as { cursor?: string }).cursor,
    placeholderData: keepPreviousData,
    ...(every === undefined ? {} : { refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) > 1 ? false : every) }),
  });
  const [first] = data?.pages ?? [];
  const items = data?.pages.flatMap((page): readonly unknown[] => page.items) ?? [];
  return {
    data: first === undefined ? undefined : ({ ...(first as object), items } as unknown as RouteResponse<N>),
    error,
    refetch,
    more: hasNextPage ? () => fetchNextPage() : undefined,
    loading: isFetchingNextPage,
  };
}
