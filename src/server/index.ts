export { type AppOptions, buildApp } from './app.ts';
export { remoteOperations } from './client.ts';
export { type ControlFile, newToken, readControlFile, removeControlFile, writeControlFile } from './control-file.ts';
export { pipelineMetrics } from './metrics.ts';
export { type AnalysisRecord, analysisId, type LocalOptions, localOperations, type Operations } from './operations.ts';
