export { type CollectStatus, collectUntil, STATUS_FILE } from './collector.ts';
export { type CollectConfig, type CollectSource, collectSchema, KINDS, type RecordKind } from './config.ts';
