import { loadRules, SigmaEngine } from '../../detectors/sigma/index.ts';
import { print } from '../output.ts';

const NAMED = 20;

/** How many rules of a folder or archive were matched; every other one is named with the reason. */
export function tellRules(path: string): void {
  const parsed = loadRules(path);
  const problems = [...parsed.problems, ...new SigmaEngine(parsed).problems];
  const loaded = parsed.rules.length + parsed.correlations.length - (problems.length - parsed.problems.length);
  print(`${loaded.toLocaleString('en')} Sigma rules of ${path} matched, ${problems.length} not used${problems.length === 0 ? '.' : ':'}`);
  for (const { file, title, reason } of problems.slice(0, NAMED)) print(`  ${title} (${file}): ${reason}`);
  if (problems.length > NAMED) print(`  and ${problems.length - NAMED} more`);
}
