export { analyzeEvents, type EventAnalysis, type EventAnalysisOptions } from './analyze-events.ts';
export { type EventFormat, eventFormat, isFlowTable } from './event-files.ts';
export { eventReport } from './event-report.ts';
export type { FlowModel } from './named-flows.ts';
export { splitEvents } from './split-events.ts';
export { type LearntTableAlarm, learnTableAlarm } from './table-alarms.ts';
