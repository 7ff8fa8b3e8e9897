import { Command } from 'commander';
import { withCommonOptions, withExample } from '../options.ts';

export function upCommand(): Command {
  const command = withCommonOptions(new Command('up').description('run everything: ingest, detect, learn, control API'));
  command.option('--listen <address>', 'address of the control API (default: 127.0.0.1:7734)');
  withExample(command, 'vedette up', 'vedette up -c vedette.yaml --home /var/lib/vedette');
  return command.action(async (options) => (await import('../run/up.ts')).up(options));
}
