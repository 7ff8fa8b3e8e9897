import { type Config, checkConfig, type SourceConfig, type TenantConfig } from '../config/index.ts';
import { VedetteError } from '../core/index.ts';
import { pipelineSchema } from './catalogue.ts';

export interface OneSource {
  readonly config: Config;
  readonly tenant: TenantConfig;
  readonly source: SourceConfig;
}

/** The configuration of a tenant with this source alone, as the configuration would name it; defaults filled in. */
export async function oneSource(tenant: string, source: Readonly<Record<string, unknown>>, seed?: number): Promise<OneSource> {
  const given = { tenants: { [tenant]: { sources: [source] } }, ...(seed === undefined ? {} : { seed }) };
  const { config } = checkConfig(given, await pipelineSchema());
  const own = config.tenants[tenant];
  const [first] = own?.sources ?? [];
  if (own === undefined || first === undefined) throw new VedetteError('INTERNAL', 'a configuration without its source');
  return { config, tenant: own, source: first };
}
