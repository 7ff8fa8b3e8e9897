import { CommanderError } from 'commander';
import { ERROR_CODES, type ErrorCode, isSystemError, VedetteError } from '../core/errors.ts';
import { withUrls } from './remote/index.ts';

/** Exit codes: 0 done, 1 failed, 2 usage, 3 an alert at or above `--fail-on` was found. */
export const EXIT = { done: 0, failed: 1, usage: 2, alert: 3 } as const;

export type OutputFormat = 'human' | 'json';

export function wantsJson(argv: readonly string[] = process.argv): boolean {
  return argv.some(
    (arg, i) => arg === '--output=json' || arg === '-ojson' || ((arg === '-o' || arg === '--output') && argv[i + 1] === 'json'),
  );
}

export function print(text: string): void {
  const shown = withUrls(text);
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

export function printJson(value: unknown): void {
  print(JSON.stringify(value, undefined, 2));
}

const SYSTEM_ERRORS: Record<string, [ErrorCode, string]> = {
  ENOENT: ['INPUT_MISSING', 'Check the path.'],
  EACCES: ['INPUT_UNREADABLE', 'Check the permissions, or run as a user that may read it.'],
  EPERM: ['INPUT_UNREADABLE', 'Check the permissions, or run as a user that may read it.'],
  EISDIR: ['INPUT_UNREADABLE', 'Name a file instead of a folder.'],
  ENOSPC: ['STORE_FULL', 'Free some space or choose another --home or --out, then run the command again: what was there is intact.'],
  EFBIG: ['STORE_FULL', 'The file-size limit was reached: raise it, or choose another --out, then run the command again.'],
  EADDRINUSE: ['UNSUPPORTED', 'Another program listens there: choose another address in the configuration.'],
};

function asVedetteError(error: unknown): VedetteError {
  if (error instanceof VedetteError) return error;
  if (isSystemError(error)) {
    const known = SYSTEM_ERRORS[error.code ?? ''];
    if (known !== undefined) return new VedetteError(known[0], error.message, { hint: known[1], cause: error });
  }
  const message = error instanceof Error ? error.message : String(error);
  return new VedetteError('INTERNAL', message, {
    cause: error,
    hint: 'This is a bug: please report it with the output of the same command and VEDETTE_TRACE=1.',
  });
}

/** `1 flow`, `2,011 flows`. */
export function counted(many: number, noun: string): string {
  return `${many.toLocaleString('en')} ${noun}${many === 1 ? '' : 's'}`;
}

/** Prints one clear error and ends the process with the right code. */
export function failWith(error: unknown): never {
  if (error instanceof CommanderError) {
    process.exit(error.exitCode === 0 ? EXIT.done : EXIT.usage);
  }
  const known = asVedetteError(error);
  if (wantsJson()) {
    process.stderr.write(
      `${JSON.stringify({ error: { code: known.code, summary: ERROR_CODES[known.code], message: withUrls(known.message), hint: known.hint } })}\n`,
    );
  } else {
    process.stderr.write(`vedette: ${withUrls(known.message)}\n`);
    if (known.hint !== undefined) process.stderr.write(`  ${known.hint}\n`);
  }
  if (process.env.VEDETTE_TRACE === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(known.code === 'USAGE' || known.code === 'CONFIG_INVALID' ? EXIT.usage : EXIT.failed);
}
