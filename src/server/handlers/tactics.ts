import { tacticOfTechniques } from '../../alerts/index.ts';
import type { AlertSummary, TenantStore } from '../../store/index.ts';

type TechniqueCounts = AlertSummary['techniques'];
const NONE = 'none';

const tacticOf = (techniques: readonly string[]): string => tacticOfTechniques(techniques) ?? NONE;

/** Open alerts by tactic, most first. */
export function openByTactic(counts: TechniqueCounts): { name: string; count: number }[] {
  const tactics = new Map<string, number>();
  for (const { techniques, open } of counts) tactics.set(tacticOf(techniques), (tactics.get(tacticOf(techniques)) ?? 0) + open);
  return [...tactics]
    .filter(([, count]) => count > 0)
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}

/** A query's tactic as the lists of techniques that stand for it. */
export async function withTactic<Q extends { readonly tactic?: string }>(
  store: TenantStore,
  { tactic, ...query }: Q,
): Promise<Omit<Q, 'tactic'> & { readonly techniques?: readonly (readonly string[])[] }> {
  if (tactic === undefined) return query;
  const { techniques } = await store.alerts.summary();
  return { ...query, techniques: techniques.map((one) => one.techniques).filter((list) => tacticOf(list) === tactic) };
}
