import { Command } from 'commander';
import { collect, rate, withCommonOptions, withExample } from '../options.ts';
import { withDataOptions } from './data-options.ts';

export function evaluateCommand(): Command {
  const command = withDataOptions(
    withCommonOptions(
      new Command('evaluate').description('precision, recall, F1, ROC-AUC, PR-AUC, false-alarm rates, beside trivial baselines'),
    ),
  );
  command
    .requiredOption('--model <name[@version]>', 'registered model')
    .option('--labels <path>', 'labels by id: CSV id,label (short for --label-from file:PATH)')
    .option('--trained-on <path>', 'the normal data it was trained on: adds the trivial rules that need them (repeatable)', collect)
    .option('--promise <rate>', 'promised false-alarm rate (default: the model’s)', rate);
  withExample(command, 'vedette evaluate --model hdfs --data sessions.csv --label Label');
  return command.action(async (options) => (await import('../run/evaluate.ts')).evaluate(options));
}
