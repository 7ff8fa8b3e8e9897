export { DEFAULT_EXPANSION, type ExpansionLimit } from './bytes/expansion.ts';
export { type FileInput, type InputOptions, listInputs } from './files/inputs.ts';
export { type FileSet, type InputProblem, type ReadOptions, readFiles } from './files/read.ts';
export type { Framing } from './records/framing.ts';
