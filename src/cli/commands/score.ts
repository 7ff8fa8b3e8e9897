import { Command } from 'commander';
import { withCommonOptions, withExample } from '../options.ts';
import { withDataOptions } from './data-options.ts';

export function scoreCommand(): Command {
  const command = withDataOptions(
    withCommonOptions(new Command('score').description('scores per session or flow: id, score, p-value, threshold, anomalous')),
  );
  command.requiredOption('--model <name[@version]>', 'registered model').option('--out <file>', 'CSV file (default: standard output)');
  withExample(command, 'vedette score --model hdfs --data today.log --out scores.csv');
  return command.action(async (options) => (await import('../run/score.ts')).score(options));
}
