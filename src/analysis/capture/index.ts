export { analyzeCapture, type CaptureAnalysis, type CaptureAnalysisOptions } from './analyze-capture.ts';
export { captureReport } from './capture-report.ts';
export { FlowTable } from './flow-table.ts';
export { captureQuality } from './quality/capture-quality.ts';
export { flowParity } from './quality/flow-parity.ts';
export { splitCaptures } from './split-captures.ts';
export { type FlowForm, type WrittenFlows, writeFlows } from './write-flows.ts';
