import type { Server } from './app.ts';
import type { ServerOptions } from './context.ts';

export { type AdminLink, localAdminLink, remoteAdminLink, remoteSnapshot } from './admin-link.ts';
export { MOST_ASSIGNEE, MOST_NOTE } from './api/schema/handling.ts';
export type { Server } from './app.ts';
export { remoteOperations } from './client.ts';
export type { ServerLimits, ServerOptions } from './context.ts';
export { type ControlFile, newToken, readControlFile, removeControlFile, writeControlFile } from './control-file.ts';
export type { IncidentOutline } from './correlation/summary.ts';
export type { AlertFormat, IncidentFormat } from './exports/formats.ts';
export { pipelineMetrics } from './metrics.ts';
export { type AnalysisRecord, analysisId, type LocalOptions, localOperations, type Operations } from './operations.ts';
export type { ConfigurationFile } from './settings/configuration.ts';

/** Loaded where a server is started: most commands start none. */
export const buildServer = async (options: ServerOptions): Promise<Server> => (await import('./app.ts')).buildServer(options);
