export * from './columns.ts';
export * from './features.ts';
