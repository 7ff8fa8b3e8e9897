import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';

/** What every command understands. */
export interface CommonOptions {
  readonly config?: string;
  readonly home: string;
  readonly tenant: string;
  readonly seed: number;
  readonly set: readonly string[];
  readonly output: 'human' | 'json';
}

export function defaultHome(): string {
  return process.env.VEDETTE_HOME ?? join(homedir(), '.vedette');
}

export function collect(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}

export function integer(value: string): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new InvalidArgumentError('it must be a whole number.');
  return number;
}

export function rate(value: string): number {
  const number = value.endsWith('%') ? Number(value.slice(0, -1)) / 100 : Number(value);
  if (!(number > 0 && number < 1)) throw new InvalidArgumentError('it must lie between 0 and 1, or be a percentage such as 0.1%.');
  return number;
}

export function withCommonOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'configuration file')
    .addOption(new Option('--home <dir>', 'folder with everything vedette keeps').default(defaultHome(), '~/.vedette'))
    .option('--tenant <id>', 'client the command is about', 'default')
    .option('--seed <number>', 'seed of everything random', integer, 1)
    .option('--set <key=value>', 'override a configuration value (repeatable)', collect, [])
    .addOption(new Option('-o, --output <form>', 'output form').choices(['human', 'json']).default('human'));
}

/** Adds the example every command shows in its help. */
export function withExample(command: Command, ...lines: string[]): Command {
  return command.addHelpText('after', `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);
}
