import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { VedetteError } from '../core/errors.ts';
import { refuseKernelFolder } from './kernel-folder.ts';

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

/** A whole number of 1 or more. */
export function natural(value: string): number {
  const number = integer(value);
  if (number < 1) throw new InvalidArgumentError('it must be a whole number of 1 or more.');
  return number;
}

/** Collects networks in CIDR notation, or single addresses. */
export function networks(value: string, before: readonly string[]): readonly string[] {
  const [address = '', length] = value.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  const isLength = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= bits);
  if (isIP(address) === 0 || !isLength) throw new InvalidArgumentError('it must be a network such as 192.0.2.0/24.');
  return [...before, value];
}

export function similarity(value: string): number {
  const share = Number(value);
  if (value.trim() === '' || !(share >= 0 && share <= 1)) throw new InvalidArgumentError('it must lie between 0 and 1.');
  return share;
}

export function depth(value: string): number {
  const levels = integer(value);
  if (levels < 3 || levels > 16) throw new InvalidArgumentError('it must be a whole number from 3 to 16.');
  return levels;
}

export function rate(value: string): number {
  const number = value.endsWith('%') ? Number(value.slice(0, -1)) / 100 : Number(value);
  if (!(number > 0 && number < 1)) throw new InvalidArgumentError('it must lie between 0 and 1, or be a percentage such as 0.1%.');
  return number;
}

/** For commands that read no configuration: `-c` and `--set` are refused instead of doing nothing. */
export function withCommonOptions(command: Command): Command {
  for (const option of configurationOptions()) command.addOption(option.hideHelp());
  return withHome(command).hook('preAction', (_, action) => refuseConfiguration(pathOf(action), action.opts()));
}

/** For commands that read a configuration. */
export function withConfiguration(command: Command): Command {
  for (const option of configurationOptions()) command.addOption(option);
  return withHome(command);
}

/** `vedette alerts list`. */
function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
}

function configurationOptions(): Option[] {
  const set = new Option('--set <key=value>', 'override a configuration value (repeatable)').argParser(collect).default([]);
  return [new Option('-c, --config <file>', 'configuration file'), set];
}

function refuseConfiguration(command: string, { config, set = [] }: { readonly config?: string; readonly set?: readonly string[] }): void {
  if (config === undefined && set.length === 0) return;
  const given = config === undefined ? `--set ${set[0]}` : `-c ${config}`;
  throw new VedetteError('USAGE', `${command} reads no configuration: ${given} would change nothing`, {
    hint: `Leave it out; ${command} --help says what can be set. Configurations are read by vedette up, collect, config, doctor and alerts replay.`,
  });
}

function withHome(command: Command): Command {
  return command
    .addOption(new Option('--home <dir>', 'folder with everything vedette keeps').default(defaultHome(), '~/.vedette'))
    .option('--tenant <id>', 'client the command is about', 'default')
    .option('--seed <number>', 'seed of everything random', integer, 1)
    .addOption(new Option('-o, --output <form>', 'output form').choices(['human', 'json']).default('human'))
    .hook('preAction', (_, action) => {
      const { home, out } = action.opts<{ home: string; out?: string }>();
      refuseKernelFolder('--home', home);
      if (typeof out === 'string') refuseKernelFolder('--out', out);
    });
}

/** Adds the example every command shows in its help. */
export function withExample(command: Command, ...lines: string[]): Command {
  return command.addHelpText('after', `\nExample${lines.length > 1 ? 's' : ''}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);
}
