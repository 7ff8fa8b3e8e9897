import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { VedetteError } from '../../core/index.ts';
import type { CorrelationRule } from './correlation-rule.ts';
import { type ParsedRules, parseRules } from './parse-rule.ts';
import type { RuleProblem, SigmaRule } from './rule.ts';
import type { Placeholders } from './values.ts';

/** All rules of a folder, in the order of their paths. Every rule is loaded or named with the reason. */
export async function loadRules(folder: string, placeholders: Placeholders = {}): Promise<ParsedRules> {
  const rules: SigmaRule[] = [];
  const correlations: CorrelationRule[] = [];
  const problems: RuleProblem[] = [];
  for (const path of await ruleFiles(folder)) {
    const file = relative(folder, path);
    const parsed = parseRules(await readFile(path, 'utf8'), file, placeholders);
    rules.push(...parsed.rules);
    correlations.push(...parsed.correlations);
    problems.push(...parsed.problems);
  }
  return { rules, correlations, problems };
}

async function ruleFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (cause) {
    throw new VedetteError('INPUT_MISSING', `the rules in ${folder} cannot be read`, {
      cause,
      hint: 'Name a folder of Sigma rules (*.yml).',
    });
  }
}
