import { Command, Option } from 'commander';
import { withCommonOptions, withExample } from '../options.ts';

export function parseCommand(): Command {
  const command = withCommonOptions(
    new Command('parse').description('structured output: templates and parameters').argument('<path...>', 'files, folders or globs'),
  );
  command
    .option('--out <dir>', 'folder for the output', '.')
    .addOption(new Option('--format <form>', 'form of the output').choices(['csv', 'json', 'parquet']).default('csv'))
    .option('--log-format <name>', 'log format (default: recognised)')
    .option('--templates <csv>', 'fixed templates (EventId,EventTemplate)')
    .option('--timezone <zone>', 'time zone of times without one', 'UTC');
  withExample(command, 'vedette parse /var/log/syslog --out parsed', 'vedette parse app.log.gz --format parquet');
  return command.action(async (paths, options) => (await import('../run/parse.ts')).parse(paths, options));
}
