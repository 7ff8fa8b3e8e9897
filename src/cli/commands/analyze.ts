import { Command, Option } from 'commander';
import { collect, natural, networks, rate, withCommonOptions, withExample } from '../options.ts';
import { withModsOptions } from './mods-options.ts';
import { withMemoryOption, withParserOptions } from './parser-options.ts';

export function analyzeCommand(): Command {
  const command = withCommonOptions(
    new Command('analyze')
      .description('find what is abnormal in files or folders, write a report, exit')
      .argument('<path...>', 'files, folders or globs, - for standard input; gzip, zstd and zip are read'),
  );
  command
    .option('--out <dir>', 'folder for the reports', 'vedette-reports')
    .option('--baseline <path>', 'learn what is normal from this instead of the input itself (repeatable)', collect, [])
    .option(
      '--model <name[@version]>',
      'score with this registered model instead of learning: of sessions, of flows, or a forecast of readings',
    )
    .option('--detector <name>', 'detector for sessions (repeatable)', collect, [])
    .option('--session <key>', 'session identifier: auto, none, a prefix such as blk_, or a /pattern/ (default: auto)')
    .option(
      '--option <detector.key=value>',
      'option of a detector, such as sequence.order=15 or novelty.halfLife=7d (repeatable)',
      collect,
      [],
    )
    .option('--promise <rate>', 'promised false-alarm rate per scored unit', rate, 0.001)
    .option('--home-network <cidr>', 'own network of traffic, such as 192.0.2.0/24 (repeatable; default: private ones)', networks, [])
    .option('--rules <path>', 'folder of Sigma rules, or tar.gz of one, to look for besides the ones that come with the program')
    .option('--no-own-rules', 'leave out the rules that come with the program')
    .option('--only-sessions', 'leave out what looks at single lines (novelty, rate, numbers, rules): faster')
    .option('--top <number>', 'most findings explained per detector', natural, 1000)
    .addOption(
      new Option('--fail-on <severity>', 'exit with 3 when such an alert was found').choices(['low', 'medium', 'high', 'critical']),
    );
  withParserOptions(command, '--format');
  withMemoryOption(command);
  withModsOptions(command);
  withExample(
    command,
    'vedette analyze /var/log/auth.log',
    'vedette analyze logs/ --baseline last-week/ --out reports -o json',
    "vedette analyze features.zip --query 'ssh|in~ssh_in;dns|in_distinct_query#window_start,window_end' --range '<2019-06-01,2019-06-03)'",
  );
  return command.action(async (paths, options) => (await import('../run/analyze.ts')).analyze(paths, options));
}
