import type { CorrelationRule } from './correlation-rule.ts';
import type { SigmaRule } from './rule.ts';

/** What a finding says of the rule behind it. */
export type MatchedRule = Pick<SigmaRule | CorrelationRule, 'id' | 'title' | 'level' | 'techniques' | 'description' | 'falsePositives'>;
