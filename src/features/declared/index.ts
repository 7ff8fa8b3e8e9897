export { type FeatureCounters, FeatureEngine, type FeatureEngineOptions } from './engine/engine.ts';
export { TEXT_FUNCTIONS } from './expression/functions.ts';
export { AGGREGATE_RULES, type AggregateName, ZERO_OF_NOTHING } from './plan/aggregates.ts';
export { declaredFeatures } from './plan/configuration.ts';
export { type FeatureDeclaration, type FeatureInput, featureDeclaration } from './plan/declaration.ts';
export { type FeaturePlan, planFeature } from './plan/plan.ts';
export { featureRunner, plannedFeature } from './runner.ts';
export { duckdbSql } from './sql/duckdb.ts';
export { type Span, settledSpan, storedSpan } from './sql/span.ts';
