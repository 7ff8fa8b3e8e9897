export { type BacktestResult, backtest } from './backtest.ts';
export { type Components, catalogueOf, checkDetectors, DEFAULT_DETECTORS, loadComponents, pipelineSchema } from './catalogue.ts';
export { type ComponentFacts, checkGraph, type GraphNode, graphOf } from './graph.ts';
export { type ReplayOptions, replayAlert } from './replay.ts';
export type { OneSeriesNow, SeriesNowPage, SeriesNowQuery, SeriesNowRow } from './series-now.ts';
export { homeOptions, type Pipeline, type StartOptions, startPipeline } from './start.ts';
export type { PipelineStatus, SourceStatus, TenantStatus } from './status.ts';
