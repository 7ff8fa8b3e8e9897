export { type FlowScoring, flowScoring } from './config.ts';
export { encodedValues, encodingSchema, type FlowCells, type FlowColumn, type FlowEncoding, finite, lackingColumns } from './encoding.ts';
export { type EventFlows, eventFlows, type FurtherColumns, TOLD_KINDS } from './event-flows.ts';
export { TOLD_COLUMNS, type ToldFlows, toldColumn } from './told-columns.ts';
