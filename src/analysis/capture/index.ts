export { analyzeCapture, type CaptureAnalysis, type CaptureAnalysisOptions } from './analyze-capture.ts';
export { FlowTable } from './flow-table.ts';
