export { type ParquetColumn, type ParquetValue, readParquet, writeParquet } from './analytical/parquet.ts';
export { readStoredEvents, type StoredEventsQuery } from './analytical/stored-events.ts';
export type * from './contract.ts';
export type * from './correlation-contract.ts';
export { diskBytes, writeDurably } from './disk.ts';
export { checkTenantId, openHome } from './home.ts';
export { outboxKey } from './relational/outbox.ts';
export { openSegmentLog } from './segments/segment-log.ts';
export type * from './users/contract.ts';
