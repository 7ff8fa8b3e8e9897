export * from './binary.ts';
export * from './calibration.ts';
export * from './multiclass.ts';
export * from './ranking.ts';
export * from './volume-under-surface.ts';
