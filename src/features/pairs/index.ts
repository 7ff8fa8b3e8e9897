export { type PairConfig, pairConfig } from './config.ts';
export { FLOW_COLUMNS } from './flow-columns.ts';
export { PairWindows } from './pair-windows.ts';
