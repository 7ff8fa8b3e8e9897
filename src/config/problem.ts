import { VedetteError } from '../core/index.ts';

/** One thing wrong with a configuration. */
export interface Problem {
  /** The file, `--set`, or the name of an environment variable. */
  readonly file: string;
  /** 1-based; 0 where there is no line (overrides). */
  readonly line: number;
  readonly column: number;
  /** `tenants.default.sources[0].path`; empty for the document itself. */
  readonly path: string;
  readonly message: string;
}

/** `file:line:column path: message` */
export function formatProblem(problem: Problem): string {
  const where = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return problem.path === '' ? `${where} ${problem.message}` : `${where} ${problem.path}: ${problem.message}`;
}

/** Every problem at once; the message holds one a line. */
export class ConfigError extends VedetteError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('CONFIG_INVALID', problems.map(formatProblem).join('\n'), {
      hint: 'Correct the lines above; `vedette config example` prints a commented configuration.',
    });
    this.name = 'ConfigError';
    this.problems = problems;
  }
}
