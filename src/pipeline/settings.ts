import type { SuppressionRule } from '../alerts/index.ts';
import type { PipelineStore } from './pipeline-store.ts';

/** Keys of the settings of a tenant that a running pipeline heeds. */
export const SETTING_KEYS = { suppression: 'suppression/', stopped: 'stopped/' } as const;

export interface TenantSettings {
  readonly rules: readonly SuppressionRule[];
  /** `source/detector`. */
  readonly stopped: ReadonlySet<string>;
}

/** What people set while the program runs. */
export async function tenantSettings({ settings }: Pick<PipelineStore, 'settings'>): Promise<TenantSettings> {
  const rules = (await settings.list(SETTING_KEYS.suppression)).map(({ value }) => value as SuppressionRule);
  const stopped = (await settings.list(SETTING_KEYS.stopped)).map(({ key }) => key.slice(SETTING_KEYS.stopped.length));
  return { rules, stopped: new Set(stopped) };
}
