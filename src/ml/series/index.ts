export * from './accuracy.ts';
export * from './baselines.ts';
export * from './calendar.ts';
export * from './forecaster.ts';
export * from './linear.ts';
export * from './ridge-forecaster.ts';
export * from './scaler.ts';
