import { stringify } from 'yaml';
import { VedetteError } from '../../core/index.ts';
import { FEATURES, USE_CASES, type UseCase, useCasesConfig } from '../../detectors/use-cases/index.ts';
import { duckdbSql, featureDeclaration, planFeature } from '../../features/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson, printText } from '../output.ts';

export async function listUseCases(name: string | undefined, options: CommonOptions): Promise<void> {
  if (name !== undefined) return show(name, options);
  if (options.output === 'json') {
    printJson(USE_CASES);
    return;
  }
  let category = '';
  for (const one of USE_CASES) {
    if (one.category !== category) print(...(category === '' ? [] : ['']), one.category);
    ({ category } = one);
    print(`  ${one.name.padEnd(26)} ${one.title} (${one.techniques.join(', ')})`);
    print(`  ${''.padEnd(26)} ${conditionOf(one)}`);
  }
}

/** `>= 20 different ports tried`, and the comparison with the own history. */
export function conditionOf({ levels, history }: UseCase): string {
  const parts = levels.map(({ level, subject, below, share }) => {
    const most = share === undefined ? '' : ` and ${100 * share.least} % of ${share.of}`;
    return `${below === true ? '<=' : '>='} ${level.toLocaleString('en')} ${subject}${most}`;
  });
  if (history?.kind === 'more') {
    const past = `its own last ${history.windows} or more windows`;
    const once = history.optional === true ? `, once it has ${past}` : ` in ${past}`;
    parts.push(`>= ${history.factor} times the 99 % quantile of ${history.subject}${once}`);
  }
  if (history?.kind === 'none') parts.push(`no ${history.subject}, where none of its last ${history.windows} or more windows was without`);
  return parts.join('; ');
}

function show(name: string, options: CommonOptions): void {
  const found = USE_CASES.find((one) => one.name === name);
  if (found === undefined) {
    throw new VedetteError('USAGE', `there is no use case ${name}`, { hint: `Known: ${USE_CASES.map((one) => one.name).join(', ')}.` });
  }
  const text = FEATURES[found.feature];
  const declaration = featureDeclaration.parse(text);
  const planned = planFeature(found.feature, declaration, useCasesConfig.parse({}).homeNetworks);
  const sql = 'plan' in planned ? duckdbSql(planned.plan, declaration.from) : '';
  if (options.output === 'json') printJson({ ...found, declaration: text, sql });
  else printText(`${stringify({ ...found, declaration: text })}sql: |\n${sql.replace(/^/gm, '  ')}`);
}
