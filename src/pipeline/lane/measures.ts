import type { DetectorConfig, SourceConfig, TenantConfig } from '../../config/index.ts';
import type { FeatureText } from '../../core/index.ts';
import { FEATURES } from '../../detectors/use-cases/index.ts';
import type { SeriesConfig } from '../../features/index.ts';

/** The detector of series that are made of features. */
export const MEASURED_BY = 'forecast';

/** Options of the source that say which features are series, and how many of them are kept. */
export function measuresOf({ features }: SourceConfig): Pick<SeriesConfig, 'measures' | 'maxSeries'> {
  const { series } = features as { readonly series?: SeriesConfig };
  return { measures: series?.measures ?? [], maxSeries: series?.maxSeries ?? 0 };
}

/** A feature by name: the tenant's own before shipped ones. */
export function declarationOf(name: string, tenant: TenantConfig): FeatureText | undefined {
  return (tenant.features as Readonly<Record<string, FeatureText>>)[name] ?? FEATURES[name];
}

/** Names of what may be measured. */
export function measurable(tenant: TenantConfig): readonly string[] {
  return [...new Set([...Object.keys(tenant.features), ...Object.keys(FEATURES)])].sort();
}

/** What stands for HOME_NET in features of a source: what its use cases say. */
export function homeNetworksOf(detectors: readonly DetectorConfig[], usual: DetectorConfig): readonly string[] {
  const own = detectors.find(({ type }) => type === 'use-cases') ?? usual;
  return (own as { readonly homeNetworks?: readonly string[] }).homeNetworks ?? [];
}
