import type { Registry, Source } from '../core/index.ts';

export { DEFAULT_EXPANSION, type ExpansionLimit } from './bytes/expansion.ts';
export { type ByteOptions, type ByteStream, headBytes, readBytes, withoutBinary } from './files/bytes.ts';
export { type ExportName, exportName } from './files/export-name.ts';
export { globTest, isGlob } from './files/glob.ts';
export { type FileInput, type InputOptions, listInputs, walk, withoutEmpty } from './files/inputs.ts';
export { type FoundFile, filesOfGeneration } from './files/of-generation.ts';
export { readRange } from './files/range.ts';
export { type FileSet, holdsPlainLines, type InputProblem, type ReadOptions, readFiles } from './files/read.ts';
export type { Framing } from './records/framing.ts';

export const sources: Registry<Source> = {
  file: () => import('./file.ts'),
  directory: () => import('./directory/index.ts'),
  journald: () => import('./journald/index.ts'),
  stdin: () => import('./stdin.ts'),
  syslog: () => import('./syslog/index.ts'),
  'flow-export': () => import('./flow-export/index.ts'),
  http: () => import('./http/index.ts'),
  evtx: () => import('./evtx/index.ts'),
  'elastic-export': () => import('./elastic-export.ts'),
  demo: () => import('./demo/index.ts'),
  'metrics-http': () => import('./metrics-http/index.ts'),
  'prometheus-scrape': () => import('./prometheus-scrape/index.ts'),
  statsd: () => import('./statsd/index.ts'),
  mqtt: () => import('./mqtt/index.ts'),
  'host-metrics': () => import('./host-metrics/index.ts'),
  capture: () => import('./capture/index.ts'),
  'capture-chunks': () => import('./capture-chunks/index.ts'),
};
