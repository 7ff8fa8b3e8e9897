import { define, type RuleDetector } from '../../core/index.ts';
import { config } from './config.ts';
import { SigmaDetector } from './detector.ts';

export type { CorrelationRule } from './correlation-rule.ts';
export type { CorrelationFinding } from './correlator.ts';
export { SigmaEngine, type SigmaFindings } from './engine.ts';
export { loadRules, OWN_RULES } from './load.ts';
export type { LogSource } from './log-source.ts';
export { type ParsedRules, parseRules } from './parse-rule.ts';
export { LEVEL_SEVERITY, type RuleProblem, type SigmaLevel, type SigmaRule } from './rule.ts';
export type { Placeholders } from './values.ts';

export default define<typeof config, RuleDetector>({
  name: 'sigma',
  summary: 'signatures of attacks in logs, as Sigma rules: its own and a folder of yours',
  config,
  create: (options, { log }) => new SigmaDetector(options, log),
});
