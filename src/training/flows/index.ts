export { type ClassReport, classReport, predictedClasses } from './class-report.ts';
export { type Cleaned, type CleanOptions, cleanFlows } from './clean.ts';
export { type EncodingOptions, encodeRows, fitEncoding } from './encode.ts';
export { evaluateFlows, type FlowEvaluation } from './flow-evaluation.ts';
export { flowMarkdown } from './flow-markdown.ts';
export { type FlowQuality, flowQuality } from './flow-quality.ts';
export { type FlowTable, placeOf } from './flow-table.ts';
export type { ClassifierGrid } from './grid-search.ts';
export { type LeaveOneOut, leaveOneOut } from './leave-one-out.ts';
export { MeteredFlows } from './metered-flows.ts';
export { type Prediction, predictedCounts, predictionCsv, predictionsOf } from './predictions.ts';
export { type ReadFlowOptions, readFlows } from './read.ts';
export { type Division, divideRows, type SplitBy } from './split.ts';
export { readStoredFlowBatches, storedFlowTable } from './stored-flows.ts';
export {
  fitTableAlarm,
  flowRow,
  packTableAlarm,
  type ScoredWindow,
  scoreTableWindows,
  type TableAlarm,
  unpackTableAlarm,
} from './table-alarm.ts';
export { toldTable } from './told-table.ts';
export { type TrainedFlows, type TrainFlowsOptions, trainFlows } from './train-flows.ts';
