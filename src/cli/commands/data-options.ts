import type { Command } from 'commander';
import { collect } from '../options.ts';

export interface DataOptions {
  readonly data: readonly string[];
  readonly labelFrom?: string;
  readonly label?: string;
  readonly format?: string;
  readonly session?: string;
  readonly templates?: string;
  readonly timezone?: string;
}

/** The options of train, score and evaluate that say what the rows are. */
export function withDataOptions(command: Command): Command {
  return command
    .requiredOption('--data <path>', 'files, folders, globs; session files or logs; gzip, zstd, zip (repeatable)', collect)
    .option('--label <column>', 'column with the label (short for --label-from column:NAME)')
    .option('--label-from <where>', 'where labels come from: column:NAME, path, or file:PATH')
    .option('--format <name>', 'log format (default: recognised)')
    .option('--session <key>', 'session identifier of logs (default: auto)')
    .option('--templates <csv>', 'fixed templates (EventId,EventTemplate)')
    .option('--timezone <zone>', 'time zone of times without one');
}
