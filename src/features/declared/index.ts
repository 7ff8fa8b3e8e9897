export { type FeatureCounters, FeatureEngine, type FeatureEngineOptions } from './engine/engine.ts';
export type { Reached, Watch } from './engine/watch.ts';
export { TEXT_FUNCTIONS } from './expression/functions.ts';
export { AGGREGATE_RULES, type AggregateName } from './plan/aggregates.ts';
export { type FeatureDeclaration, type FeatureInput, featureDeclaration } from './plan/declaration.ts';
export { type FeaturePlan, planFeature } from './plan/plan.ts';
export { duckdbSql } from './sql/duckdb.ts';
