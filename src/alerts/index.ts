export { alertsOf } from './analysis.ts';
export { binomialInterval } from './binomial.ts';
export * from './calibration/index.ts';
export * from './fold.ts';
export { groupOf, patternOf } from './group.ts';
export * from './notify.ts';
export * from './rank.ts';
export * from './severity.ts';
