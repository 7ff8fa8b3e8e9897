import { type FeatureText, VedetteError } from '../../core/index.ts';
import type { UseCasesConfig } from './config.ts';
import type { UseCase } from './use-case.ts';

/** The use cases a configuration adds. Throws CONFIG_INVALID where one names a feature or aggregate that is not there. */
export function ownCases(config: UseCasesConfig, features: Readonly<Record<string, FeatureText>>): UseCase[] {
  return Object.entries(config.cases).map(([name, own]) => {
    const feature = Object.hasOwn(features, own.feature) ? (features[own.feature] as FeatureText) : undefined;
    if (feature === undefined) throw unknown(name, `the feature ${own.feature}`, Object.keys(features));
    const columns = Object.keys(feature.aggregates);
    for (const column of [
      ...Object.keys(own.levels),
      ...Object.keys(own.below),
      ...(own.history === undefined ? [] : [own.history.column]),
    ]) {
      if (!columns.includes(column)) throw unknown(name, `the aggregate ${column}`, columns);
    }
    const about = own.about ?? (feature.key[0] as string);
    if (!feature.key.includes(about)) throw unknown(name, `the key column ${about}`, feature.key);
    return {
      name,
      category: 'own',
      title: own.title,
      techniques: own.techniques,
      feature: own.feature,
      levels: [
        ...Object.entries(own.levels).map(([column, level]) => ({ column, subject: column, level })),
        ...Object.entries(own.below).map(([column, level]) => ({ column, subject: column, level, below: true as const })),
      ],
      ...(own.history === undefined ? {} : { history: { kind: 'more' as const, subject: own.history.column, ...own.history } }),
      severity: own.severity,
      mostSeverity: 100,
      about,
      why: 'The configuration says that this stands out.',
      harmless: [],
      next: [],
    };
  });
}

function unknown(useCase: string, what: string, known: readonly string[]): VedetteError {
  return new VedetteError('CONFIG_INVALID', `the use case ${useCase} names ${what}, which is not there`, {
    hint: `Known: ${known.join(', ')}.`,
  });
}
