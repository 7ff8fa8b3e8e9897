export { analyzeInputs, type InputAnalysis } from './analyze.ts';
export * from './capture/index.ts';
export { eventRecords } from './event-records.ts';
export * from './events/index.ts';
export { type LineText, lineTexts } from './evidence-text.ts';
export { withIncidents } from './incidents.ts';
export type { AnalysisOptions, FittedModel } from './options.ts';
export { type RenderedReport, renderAnalysis } from './render.ts';
export { splitSeries } from './series/index.ts';
