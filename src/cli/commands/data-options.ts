import type { Command } from 'commander';
import { collect } from '../options.ts';
import { type ParserOptions, withParserOptions } from './parser-options.ts';

export interface DataOptions extends ParserOptions {
  readonly data: readonly string[];
  readonly labelFrom?: string;
  readonly label?: string;
  readonly session?: string;
}

/** Where windows of stored events may be read instead, the option is not given. */
export type DataOrFeature = Omit<DataOptions, 'data'> & { readonly data?: readonly string[] };

const PATHS = [
  '--data <path>',
  'files, folders, globs, - for standard input; session files or logs; gzip, zstd, zip (repeatable)',
] as const;

/** The options of train, score and evaluate that say what the rows are; `orElse` when there is another way to name them. */
export function withDataOptions(command: Command, orElse = false): Command {
  (orElse ? command.option(...PATHS, collect) : command.requiredOption(...PATHS, collect))
    .option('--label <column>', 'column with the label (short for --label-from column:NAME)')
    .option('--label-from <where>', 'where labels come from: column:NAME, path, or file:PATH')
    .option('--session <key>', 'session identifier of logs (default: auto)');
  return withParserOptions(command, '--format');
}
