export * from './conformal.ts';
export * from './resolution.ts';
export * from './tail.ts';
