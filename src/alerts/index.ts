export * from './calibration/index.ts';
