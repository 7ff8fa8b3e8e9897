export { analyzeCapture, type CaptureAnalysis, type CaptureAnalysisOptions } from './analyze-capture.ts';
export { captureReport, splitCaptures } from './capture-report.ts';
export { FlowTable } from './flow-table.ts';
export { captureQuality } from './quality/capture-quality.ts';
export { type FlowForm, type WrittenFlows, writeFlows } from './write-flows.ts';
