import { Command } from 'commander';
import { collect, integer, rate, withCommonOptions, withExample } from '../options.ts';
import { withDataOptions } from './data-options.ts';
import { withModsOptions } from './mods-options.ts';

export function evaluateCommand(): Command {
  const command = withDataOptions(
    withCommonOptions(
      new Command('evaluate').description('precision, recall, F1, ROC-AUC, PR-AUC, false-alarm rates, beside trivial baselines'),
    ),
  );
  command
    .option('--model <name[@version]>', 'registered model, or forecast')
    .option('--detector <name>', 'instead of a model, on readings with a label column: forecast, device-faults, discord or var')
    .option('--learn <rows>', 'of readings: rows that are learnt from (default: the first 40 %, or all of --trained-on)', integer)
    .option('--labels <path>', 'labels by id: CSV id,label (short for --label-from file:PATH)')
    .option('--trained-on <path>', 'the normal data it was trained on: adds the trivial rules that need them (repeatable)', collect)
    .option('--promise <rate>', 'promised false-alarm rate (default: the model’s)', rate);
  withModsOptions(command);
  withExample(
    command,
    'vedette evaluate --model hdfs --data sessions.csv --label Label',
    'vedette evaluate --model cpu --data next-week.csv',
    'vedette evaluate --detector var --data pump.csv --label anomaly --learn 400',
  );
  return command.action(async (options) => (await import('../run/evaluate.ts')).evaluate(options));
}
