export type { FixedTemplate } from './drain/fixed.ts';
export { compileMask } from './drain/mask-pattern.ts';
export type { Mask } from './drain/masks.ts';
export { type DetectedFormat, detectFormat } from './formats/detect.ts';
export type { DrainPreset, Joining, LogFormat } from './formats/format.ts';
export { formatNamed, LOG_FORMATS } from './formats/index.ts';
export type { DrainOptions, LogParserOptions } from './options.ts';
export { createLogParser, type FormatLogParser } from './parser.ts';
