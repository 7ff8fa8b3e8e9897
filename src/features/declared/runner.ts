import { type FeatureFactory, type FeatureRunner, type FeatureRunnerOptions, type FeatureText, VedetteError } from '../../core/index.ts';
import { SharedColumns } from './engine/batch-columns.ts';
import { FeatureEngine } from './engine/engine.ts';
import { featureDeclaration } from './plan/declaration.ts';
import { type FeaturePlan, planFeature } from './plan/plan.ts';

/** By group and seed. */
const GROUPS = new WeakMap<object, Map<number, SharedColumns>>();

/** The embedded engine behind the contract of core. */
export const featureRunner: FeatureFactory = (name: string, declaration: FeatureText, options: FeatureRunnerOptions): FeatureRunner => {
  const plan = plannedFeature(name, declaration, options.homeNetworks);
  const { group, seed } = options;
  const engine = new FeatureEngine(plan, { ...options, ...(group && { columns: columnsOf(group, seed) }) });
  return {
    name,
    reads: plan.from,
    columns: plan.aggregates.map(({ column }) => column),
    keyColumns: plan.key.map((key) => key.name),
    add: (batch) => {
      if (batch.kind !== 'packets') engine.add(batch);
    },
    advance: (watermark) => engine.advance(watermark),
    finish: () => engine.finish(),
    take: () => engine.take(),
    counters: () => ({ ...engine.counters }),
    snapshot: () => engine.snapshot(),
    restore: (bytes) => engine.restore(bytes),
  };
};

function columnsOf(group: object, seed: number): SharedColumns {
  const bySeed = GROUPS.get(group) ?? new Map<number, SharedColumns>();
  GROUPS.set(group, bySeed);
  const columns = bySeed.get(seed) ?? new SharedColumns(seed);
  bySeed.set(seed, columns);
  return columns;
}

/** The plan of a declaration as it is written; CONFIG_INVALID where it is wrong. */
export function plannedFeature(name: string, declaration: FeatureText, homeNetworks: readonly string[]): FeaturePlan {
  const read = featureDeclaration.safeParse(declaration);
  if (!read.success) throw invalid(name, read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  const planned = planFeature(name, read.data, homeNetworks);
  if ('problems' in planned) throw invalid(name, planned.problems.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  return planned.plan;
}

function invalid(name: string, problems: string): VedetteError {
  return new VedetteError('CONFIG_INVALID', `the feature ${name} cannot be run: ${problems}`, {
    hint: '`vedette config check` shows where it stands.',
  });
}
