import { Command } from 'commander';
import { collect, withCommonOptions, withExample } from '../options.ts';
import { withFeatureOptions } from './feature-options.ts';
import { withModsOptions } from './mods-options.ts';

export function forecastCommand(): Command {
  const command = withCommonOptions(new Command('forecast').description('the next steps of series, with intervals'));
  command
    .requiredOption('--model <name[@version]>', 'model of `vedette train forecast`')
    .option('--data <path>', 'series so far: CSV, TSV, JSON, or DEEP MODS folders and zips (repeatable)', collect);
  withFeatureOptions(command);
  command.option('--timezone <zone>', 'time zone of times without one');
  withModsOptions(command);
  withExample(
    command,
    'vedette train forecast --data cpu.csv --algorithm gru --steps 12 --name cpu',
    'vedette forecast --model cpu --data cpu.csv',
    'vedette forecast --model lines --features messages --from 2d',
  );
  return command.action(async (options) => (await import('../run/forecast.ts')).forecast(options));
}
