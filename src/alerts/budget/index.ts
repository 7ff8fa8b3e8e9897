export * from './divide.ts';
export * from './flood.ts';
export * from './ledger.ts';
export * from './volume.ts';
export * from './volume-history.ts';
