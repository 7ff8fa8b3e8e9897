export * from './input.ts';
export * from './name.ts';
export * from './report.ts';
