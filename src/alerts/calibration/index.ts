export * from './conformal.ts';
export { type EffectiveScores, effectiveScores, type VerdictOf } from './effective.ts';
export * from './history.ts';
export * from './resolution.ts';
export type { FlaggedScore, Round } from './round.ts';
export { scoreChange } from './score-change.ts';
export * from './simulation.ts';
export { type CalibrationRow, calibrationTable, SIMULATION } from './table.ts';
export * from './tail.ts';
