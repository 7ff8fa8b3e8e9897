export * from './elementwise.ts';
export * from './loss.ts';
export * from './matrix.ts';
export * from './reduce.ts';
export * from './shape.ts';
