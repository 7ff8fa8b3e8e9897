export { analyzeEvents, type EventAnalysis, type EventAnalysisOptions } from './analyze-events.ts';
export { type EventFormat, eventFormat } from './event-files.ts';
export { eventReport, splitEvents } from './event-report.ts';
export { type LearntFlowAlarm, learnFlowAlarm } from './flow-alarms.ts';
