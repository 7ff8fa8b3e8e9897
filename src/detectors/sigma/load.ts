import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { VedetteError } from '../../core/index.ts';
import type { CorrelationRule } from './correlation-rule.ts';
import { type ParsedRules, parseRules } from './parse-rule.ts';
import type { RuleProblem, SigmaRule } from './rule.ts';
import type { Placeholders } from './values.ts';

/** The rules that come with the program. */
export const OWN_RULES = fileURLToPath(new URL('../../../rules', import.meta.url));

/** All rules of a folder, in the order of their paths. Every rule is loaded or named with the reason. */
export function loadRules(folder: string, placeholders: Placeholders = {}): ParsedRules {
  const rules: SigmaRule[] = [];
  const correlations: CorrelationRule[] = [];
  const problems: RuleProblem[] = [];
  for (const { path, text } of ruleFiles(folder)) {
    const parsed = parseRules(text, relative(folder, path), placeholders);
    rules.push(...parsed.rules);
    correlations.push(...parsed.correlations);
    problems.push(...parsed.problems);
  }
  return { rules, correlations, problems };
}

function ruleFiles(folder: string): readonly { readonly path: string; readonly text: string }[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
  } catch (cause) {
    throw new VedetteError('INPUT_MISSING', `the rules in ${folder} cannot be read`, {
      cause,
      hint: 'Name a folder of Sigma rules (*.yml).',
    });
  }
}
