import { Command } from 'commander';
import { rate, withCommonOptions, withExample } from '../options.ts';
import { withDataOptions } from './data-options.ts';
import { withFeatureOptions } from './feature-options.ts';

export function scoreCommand(): Command {
  const command = withDataOptions(
    withCommonOptions(new Command('score').description('scores per session, flow or window: id, score, p-value, threshold, anomalous')),
    true,
  );
  withFeatureOptions(command);
  command
    .requiredOption('--model <name[@version]>', 'registered model')
    .option('--out <file>', 'CSV file (default: standard output)')
    .option('--promise <rate>', 'promised false-alarm rate (default: the model’s)', rate);
  withExample(
    command,
    'vedette score --model hdfs --data today.log --out scores.csv',
    'vedette score --model fan-out --features source-fan-out --from 24h --out windows.csv',
  );
  return command.action(async (options) => (await import('../run/score.ts')).score(options));
}
