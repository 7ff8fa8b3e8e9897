import { type ComponentType, useEffect, useReducer } from 'react';
import { API, ApiError } from '../api/client.ts';
import { Loading, Problem } from '../components/states.tsx';

const FAILED = new ApiError(
  0,
  'NO_PAGE',
  'This page could not be loaded.',
  'Check that `vedette up` is running and reachable, then try again. What was typed elsewhere is kept.',
);

/** A page whose code is fetched when it is first asked for. Where that fails the page says so and tries again; the rest of the dashboard stays. */
export function lazyPage<K extends string>(load: () => Promise<Readonly<Record<K, ComponentType>>>, name: K) {
  let loaded: ComponentType | undefined;
  let loading: Promise<void> | undefined;
  let failed = false;
  const fetchOnce = () => {
    loading ??= load().then(
      (module) => {
        loaded = module[name];
      },
      () => {
        failed = true;
        loading = undefined;
      },
    );
    return loading;
  };
  /** A browser may remember that a file could not be had, and a newer server has others: then the whole is loaded anew. */
  const again = async () => {
    const reached = await fetch(`${API}/session`, { cache: 'no-store' }).catch(() => undefined);
    if (reached === undefined) return;
    failed = false;
    await fetchOnce();
    if (loaded === undefined) location.reload();
  };
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each route, when the dashboard starts.
  function LazyPage() {
    const [, draw] = useReducer((count: number) => count + 1, 0);
    useEffect(() => {
      if (loaded === undefined && !failed) void fetchOnce().then(draw);
    });
    const Page = loaded;
    if (Page !== undefined) return <Page />;
    return failed ? <Problem error={FAILED} retry={() => again().then(draw)} /> : <Loading rows={8} />;
  }
  return Object.assign(LazyPage, { preload: fetchOnce });
}
