import { Command } from 'commander';
import { integer, withCommonOptions, withExample } from '../options.ts';

export function benchCommand(): Command {
  const command = withCommonOptions(
    new Command('bench').description('measure this machine on generated logs: lines/s read, parsed, analysed'),
  );
  command.option('--lines <number>', 'lines to generate', integer, 1_000_000);
  withExample(command, 'vedette bench --lines 200000 -o json');
  return command.action(async (options) => (await import('../run/bench.ts')).bench(options));
}
