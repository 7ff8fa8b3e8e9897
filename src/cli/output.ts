import { CommanderError } from 'commander';
import { ERROR_CODES, type ErrorCode, isSystemError, VedetteError } from '../core/errors.ts';
import { withUrls } from './remote/index.ts';
import { visible, visibleText } from './visible.ts';

/** Exit codes: 0 done, 1 failed, 2 usage, 3 an alert at or above `--fail-on` was found. */
export const EXIT = { done: 0, failed: 1, usage: 2, alert: 3 } as const;

export type OutputFormat = 'human' | 'json';

export function wantsJson(argv: readonly string[] = process.argv): boolean {
  return argv.some(
    (arg, i) => arg === '--output=json' || arg === '-ojson' || ((arg === '-o' || arg === '--output') && argv[i + 1] === 'json'),
  );
}

/** Lines for people, each of its own: whatever came from data neither breaks a line nor reaches the terminal as a command. */
export function print(...lines: readonly string[]): void {
  printText(lines.map((line) => visible(line.replace(/\n$/, ''))).join('\n'));
}

/** Says something beside the result. */
export function note(text: string): void {
  process.stderr.write(`note: ${visible(text)}\n`);
}

/** A text of the program's own, of one line or more. */
export function printText(text: string): void {
  const shown = visibleText(withUrls(text));
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`);
}

export function printJson(value: unknown): void {
  printText(JSON.stringify(value, undefined, 2));
}

const SYSTEM_ERRORS: Record<string, [ErrorCode, string]> = {
  ENOENT: ['INPUT_MISSING', 'Check the path.'],
  EACCES: ['INPUT_UNREADABLE', 'Check the permissions, or run as a user that may read it.'],
  EPERM: ['INPUT_UNREADABLE', 'Check the permissions, or run as a user that may read it.'],
  EISDIR: ['INPUT_UNREADABLE', 'Name a file instead of a folder.'],
  ENOSPC: ['STORE_FULL', 'Free some space or choose another --home or --out, then run the command again: what was there is intact.'],
  EFBIG: ['STORE_FULL', 'The file-size limit was reached: raise it, or choose another --out, then run the command again.'],
  EEXIST: ['INPUT_UNREADABLE', 'A file stands where a folder is needed: name another path.'],
  ENOTDIR: ['INPUT_UNREADABLE', 'A file stands where a folder is needed: name another path.'],
  EROFS: ['INPUT_UNREADABLE', 'That file system cannot be written: choose another --home or --out.'],
  EDQUOT: ['STORE_FULL', 'The quota of this user is used up: free some space, then run the command again: what was there is intact.'],
  EMFILE: ['LIMIT_EXCEEDED', 'Too many files are open: raise the limit (ulimit -n).'],
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

function tellJson({ code, message, hint }: VedetteError): void {
  const error = { code, summary: ERROR_CODES[code], message: withUrls(message), hint };
  process.stderr.write(`${visible(JSON.stringify({ error }))}\n`);
}

/** What commander found wrong with the words of the command. */
function asUsageError({ message, code }: CommanderError): VedetteError {
  const hint = /unknown option '(-o|--output)/.test(message)
    ? 'Write -o after the whole command, such as vedette alerts list -o json.'
    : 'Add --help for what it understands.';
  if (code === 'commander.help') return new VedetteError('USAGE', 'the command is not complete: name what it shall do', { hint });
  const [first = message, suggestion] = message.replace(/^error: /, '').split('\n');
  return new VedetteError('USAGE', first, {
    hint: suggestion === undefined || suggestion === '' ? hint : `${suggestion.replace(/^\(|\)$/g, '')} ${hint}`,
  });
}

/** Prints one clear error and ends the process with the right code. */
export function failWith(error: unknown): never {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) process.exit(EXIT.done);
    if (wantsJson()) tellJson(asUsageError(error));
    process.exit(EXIT.usage);
  }
  const known = asVedetteError(error);
  if (wantsJson()) tellJson(known);
  else {
    process.stderr.write(`vedette: ${visibleText(withUrls(known.message))}\n`);
    if (known.hint !== undefined) process.stderr.write(`  ${visibleText(known.hint)}\n`);
  }
  if (process.env.VEDETTE_TRACE === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(known.code === 'USAGE' || known.code === 'CONFIG_INVALID' ? EXIT.usage : EXIT.failed);
}
