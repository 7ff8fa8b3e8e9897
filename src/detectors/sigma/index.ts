export type { CorrelationRule } from './correlation-rule.ts';
export type { CorrelationFinding } from './correlator.ts';
export { SigmaEngine, type SigmaFindings } from './engine.ts';
export { loadRules } from './load.ts';
export type { LogSource } from './log-source.ts';
export { type ParsedRules, parseRules } from './parse-rule.ts';
export { LEVEL_SEVERITY, type RuleProblem, type SigmaLevel, type SigmaRule } from './rule.ts';
export type { Placeholders } from './values.ts';
