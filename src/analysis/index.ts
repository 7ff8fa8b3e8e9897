export { analyzeInputs, type InputAnalysis } from './analyze.ts';
export type { AnalysisOptions, FittedModel } from './options.ts';
