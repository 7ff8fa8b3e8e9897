import type { Config } from '../../config/index.ts';
import { homeNetworks } from '../../pipeline/index.ts';
import type { ServerContext } from '../context.ts';
import { type PlaceOf, placesIn } from '../correlation/own-devices.ts';

const known = new WeakMap<Config, Map<string, Promise<PlaceOf>>>();

/** Tells a tenant's own devices by the home networks of all its sources, as the configuration in force says. */
export function tenantPlaces({ config }: Pick<ServerContext, 'config'>, tenant: string): Promise<PlaceOf> {
  const ofConfig = known.get(config) ?? new Map<string, Promise<PlaceOf>>();
  known.set(config, ofConfig);
  const places = ofConfig.get(tenant) ?? networksOf(config, tenant).then((networks) => placesIn(networks));
  ofConfig.set(tenant, places);
  places.catch(() => ofConfig.delete(tenant));
  return places;
}

async function networksOf(config: Config, tenant: string): Promise<readonly string[]> {
  const sources = (Object.hasOwn(config.tenants, tenant) ? config.tenants[tenant] : undefined)?.sources ?? [];
  const ofSources = await Promise.all([undefined, ...sources.map(({ name }) => name)].map((name) => homeNetworks(config, tenant, name)));
  return [...new Set(ofSources.flat())];
}
