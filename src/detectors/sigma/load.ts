import { fileURLToPath } from 'node:url';
import { sha256Hex } from '../../core/index.ts';
import type { CorrelationRule } from './correlation-rule.ts';
import { type ParsedRules, parseRules } from './parse-rule.ts';
import type { RuleProblem, SigmaRule } from './rule.ts';
import { type RuleFile, ruleFiles } from './rule-files.ts';
import type { Placeholders } from './values.ts';

/** The rules that come with the program. */
export const OWN_RULES = fileURLToPath(new URL('../../../rules', import.meta.url));

/** Sets of rules that are kept parsed: each source of a process has a detector of its own, with the same rules. */
const MOST_KEPT = 4;
const PARSED = new Map<string, ParsedRules>();

/** All rules of a folder or of a tar(.gz) archive, in the order of their paths. Every rule is loaded or named with the reason. The same files give the same rules, which nobody changes. */
export function loadRules(path: string, placeholders: Placeholders = {}): ParsedRules {
  const files = ruleFiles(path);
  const key = sha256Hex(JSON.stringify([files, placeholders]));
  let parsed = PARSED.get(key);
  if (parsed === undefined) {
    parsed = parsedFiles(files, placeholders);
    if (PARSED.size >= MOST_KEPT) PARSED.delete(PARSED.keys().next().value as string);
    PARSED.set(key, parsed);
  }
  return parsed;
}

function parsedFiles(files: readonly RuleFile[], placeholders: Placeholders): ParsedRules {
  const rules: SigmaRule[] = [];
  const correlations: CorrelationRule[] = [];
  const problems: RuleProblem[] = [];
  for (const { name, text } of files) {
    const parsed = parseRules(text, name, placeholders);
    rules.push(...parsed.rules);
    correlations.push(...parsed.correlations);
    problems.push(...parsed.problems);
  }
  return { rules, correlations, problems };
}
