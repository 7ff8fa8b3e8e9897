import type { Config } from '../config/index.ts';
import { type FeatureText, VedetteError } from '../core/index.ts';
import { FEATURES } from '../detectors/use-cases/index.ts';
import { factsOf, loadComponents } from './catalogue.ts';
import { detectorsOf } from './graph.ts';
import { declarationOf, homeNetworksOf, measurable } from './lane/measures.ts';

/** A feature as the running pipeline would take it. */
export interface DeclaredFeature {
  readonly name: string;
  readonly declaration: FeatureText;
  /** What HOME_NET stands for. */
  readonly homeNetworks: readonly string[];
}

/** A feature of a tenant, or a shipped one, by name; of a source, with the networks that its use cases know. USAGE where there is none. */
export async function declaredFeature(config: Config, tenant: string, name: string, source?: string): Promise<DeclaredFeature> {
  const own = Object.hasOwn(config.tenants, tenant) ? config.tenants[tenant] : undefined;
  const shipped = Object.hasOwn(FEATURES, name) ? FEATURES[name] : undefined;
  const declaration = own === undefined ? shipped : declarationOf(name, own);
  if (declaration === undefined) {
    const known = own === undefined ? Object.keys(FEATURES).sort() : measurable(own);
    throw new VedetteError('USAGE', `there is no feature ${name.slice(0, 64)}`, { hint: `Known are ${known.join(', ')}.` });
  }
  return { name, declaration, homeNetworks: await homeNetworks(config, tenant, source) };
}

/** What HOME_NET stands for in features over stored events of a tenant: of one source, or as its detectors say. */
export async function homeNetworks(config: Config, tenant: string, source?: string): Promise<readonly string[]> {
  const own = Object.hasOwn(config.tenants, tenant) ? config.tenants[tenant] : undefined;
  const facts = factsOf(await loadComponents(config));
  const configured = own?.sources.find((one) => one.name === source);
  const detectors = own === undefined ? [] : configured === undefined ? own.detectors : detectorsOf(configured, own, facts);
  return homeNetworksOf(detectors, facts.withDefaults('use-cases'));
}

/** Names and declarations that a tenant may use, its own before shipped ones. */
export function declaredFeaturesOf(
  config: Config,
  tenant: string,
): readonly (Omit<DeclaredFeature, 'homeNetworks'> & { readonly shipped: boolean })[] {
  const own = Object.hasOwn(config.tenants, tenant) ? config.tenants[tenant] : undefined;
  const names = own === undefined ? Object.keys(FEATURES).sort() : measurable(own);
  return names.map((name) => ({
    name,
    declaration: (own === undefined ? FEATURES[name] : declarationOf(name, own)) as FeatureText,
    shipped: !Object.hasOwn(own?.features ?? {}, name),
  }));
}
