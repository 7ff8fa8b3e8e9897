import { Command, Option } from 'commander';
import { withCommonOptions, withExample } from '../options.ts';
import { withParserOptions } from './parser-options.ts';

export function parseCommand(): Command {
  const command = withCommonOptions(
    new Command('parse')
      .description(
        'structured output: templates and parameters of logs, flows of packet captures and flow tables, events of Suricata and Zeek, tables of readings',
      )
      .argument('<path...>', 'files, folders or globs, - for standard input'),
  );
  command
    .option('--out <dir>', 'folder for the output', '.')
    .addOption(new Option('--format <form>', 'form of the output').choices(['csv', 'json', 'parquet']).default('csv'))
    .addOption(
      new Option('--flows <form>', 'columns of flows: the 91 of CICFlowMeter, these and more, or the 39 of FlowMeter')
        .choices(['extended', 'cicflowmeter', 'flowmeter'])
        .default('extended'),
    );
  withParserOptions(command);
  withExample(
    command,
    'vedette parse /var/log/syslog --out parsed',
    'vedette parse app.log.gz --format parquet',
    "vedette parse app.log --mask 'job-[0-9a-f]+' --similarity 0.6",
    'vedette parse traffic.pcap --out flows',
  );
  return command.action(async (paths, options) => (await import('../run/parse.ts')).parse(paths, options));
}
