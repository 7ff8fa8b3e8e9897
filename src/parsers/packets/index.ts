export { isCapture } from './capture/format.ts';
export { type CaptureOptions, CaptureReader } from './capture/reader.ts';
export { EXTRA_COLUMNS, FLOW_COLUMNS, FLOW_VALUES } from './flow/columns.ts';
export { communityId } from './flow/community-id.ts';
export { flowHeader, flowLine } from './flow/csv.ts';
export { FLOW_METER_COLUMNS, flowMeterLine } from './flow/flow-meter-csv.ts';
export { FlowMeter, type FlowOptions } from './flow/meter.ts';
export type { EndReason, FlowApplication, FlowRecord, TcpState } from './flow/record.ts';
export { PROBLEMS, type Problem } from './problems.ts';
