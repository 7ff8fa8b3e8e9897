import { Command } from 'commander';
import { FORECAST_ALGORITHM_NAMES, FORECAST_ALGORITHMS, type ForecastAlgorithm } from '../../ml/series/algorithms.ts';
import { collect, natural, rate, withCommonOptions, withExample } from '../options.ts';
import { withDataOptions } from './data-options.ts';
import { withFeatureOptions } from './feature-options.ts';
import { withModsOptions } from './mods-options.ts';
import { withMemoryOption } from './parser-options.ts';

export function trainCommand(): Command {
  const command = withDataOptions(
    withCommonOptions(
      new Command('train')
        .description('fit, calibrate and register a model version')
        .argument(
          '<detector>',
          'of sessions: sequence, deeplog, pca; of flows: flow-classifier, flow-novelty, isolation-forest, autoencoder, half-space-trees, nearest-neighbour; of series: forecast',
        ),
    ),
    true,
  );
  withFeatureOptions(command);
  command
    .option('--name <name>', 'name of the model (default: the detector)')
    .option(
      '--algorithm <name>',
      'algorithm of the detector: gru or lstm of deeplog; gradient-boosting, logistic or ensemble of flow-classifier; of forecast see below',
    )
    .option('--option <key=value>', 'hyper-parameter of the detector (repeatable)', collect, [])
    .option('--promise <rate>', 'promised false-alarm rate per scored unit', rate, 0.001)
    .option('--steps <number>', 'forecast: steps ahead', natural, 12)
    .option(
      '--grid <key=a,b,…>',
      'forecast, flow-classifier: try these values and keep the best on a validation part of the training data (repeatable)',
      collect,
      [],
    )
    .option(
      '--leave-one-out',
      'of flow classifiers: also train without each attack family and report what the classifier and each novelty detector still find',
    )
    .option(
      '--recalibrate <name[@version]>',
      'of flow classifiers: fit the probabilities of this version to newer labelled flows, without training',
    )
    .option('--promote', 'make it the champion at once');
  withMemoryOption(command);
  withModsOptions(command);
  withExample(
    command,
    'vedette train sequence --data hdfs_train.txt.gz --name hdfs',
    'vedette train flow-classifier --data flows/ --label Label --option homeNetworks=192.168.0.0/16',
    'vedette train flow-classifier --data flows/ --label Label --grid leaves=15,31 --grid learningRate=0.05,0.1',
    'vedette train isolation-forest --features source-fan-out --from 14d --name fan-out',
    'vedette train deeplog --algorithm lstm --data sessions/ --name app',
    'vedette train forecast --data cpu.csv --algorithm ridge --steps 12 --name cpu',
    'vedette train forecast --data cpu.csv --grid algorithm=online-ar,gru,tcn --grid window=24,48 --name cpu',
  );
  command.addHelpText(
    'after',
    `
Options of flow data (--option key=value): homeNetworks=CIDR,… adds whether each end is inside; destinationPort=true makes the port a column;
attempted=keep leaves "… - Attempted" labels as classes of their own (default: benign); split=time|random|hash (default: time where flows have
times); drop=COLUMN,… leaves columns out.

Algorithms of forecast (--algorithm NAME), with the settings that some take (--option, --grid):
${FORECAST_ALGORITHM_NAMES.map(forecaster).join('\n')}
From mlp on they are networks: they and blend take window, epochs, batchSize and learningRate. lags and window are rows, season is
seconds. Every one gives intervals; train and evaluate show last value, daily season and ridge beside it.`,
  );
  return command.action(async (detector, options) => {
    if (detector === 'forecast') await (await import('../run/forecast.ts')).trainForecastModel(options);
    else await (await import('../run/train.ts')).train(detector, options);
  });
}

function forecaster(name: ForecastAlgorithm): string {
  const { summary, takes } = FORECAST_ALGORITHMS[name];
  const own = takes.filter((setting) => setting === 'lags' || setting === 'season');
  return `  ${name.padEnd(19)} ${summary}${own.length === 0 ? '' : ` (${own.join(', ')})`}`;
}
