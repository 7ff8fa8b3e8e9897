import { Command } from 'commander';
import { withConfiguration, withExample } from '../options.ts';

export function upCommand(): Command {
  const command = withConfiguration(new Command('up').description('run everything: ingest, detect, learn, API and dashboard'));
  command.option('--listen <address>', 'address of the API and dashboard (default: 127.0.0.1:7734)');
  withExample(command, 'vedette up', 'vedette up -c vedette.yaml --home /var/lib/vedette');
  return command.action(async (options) => (await import('../run/up.ts')).up(options));
}
