import type { AnalysisOptions } from '../analysis/index.ts';

/** An analysis of lines with the settings that most tests share: `sequence` learns from the input itself, with the rules that come with the program. */
export const ANALYSIS: AnalysisOptions = {
  tenant: 'test',
  seed: 1,
  promise: 0.001,
  program: 'test',
  timezone: 'UTC',
  session: 'auto',
  baseline: [],
  detectors: ['sequence'],
  top: 1000,
  signatures: { own: true },
  labels: async () => [],
  progress: () => {},
};
