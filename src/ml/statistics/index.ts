export * from './beta.ts';
export * from './distributions.ts';
export * from './exponential-tail.ts';
export * from './gamma.ts';
export * from './intervals.ts';
export * from './normal.ts';
export * from './quantile.ts';
