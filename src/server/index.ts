export { type AdminLink, localAdminLink, remoteAdminLink, remoteSnapshot } from './admin-link.ts';
export { buildServer, type Server } from './app.ts';
export { remoteOperations } from './client.ts';
export type { ServerLimits, ServerOptions } from './context.ts';
export { type ControlFile, newToken, readControlFile, removeControlFile, writeControlFile } from './control-file.ts';
export type { IncidentOutline } from './correlation/summary.ts';
export { pipelineMetrics } from './metrics.ts';
export { type AnalysisRecord, analysisId, type LocalOptions, localOperations, type Operations } from './operations.ts';
export type { ConfigurationFile } from './settings/configuration.ts';
