import { Command, Option } from 'commander';
import { collect, integer, withCommonOptions, withExample } from '../options.ts';

export function incidentsCommand(): Command {
  const command = new Command('incidents').description('correlated alerts: list, show');
  const add = (name: string, description: string, ...examples: string[]): Command => {
    const child = withExample(withCommonOptions(new Command(name).description(description)), ...examples);
    command.addCommand(child);
    return child.option('--expected <type@host>', 'normal there: left out of every score (repeatable)', collect, []);
  };
  add('list', 'highest score first', 'vedette incidents list', 'vedette incidents list alerts.csv.gz --band high')
    .argument('[path...]', 'lists of alerts as CSV (time, name, host, …); without one, the alerts kept')
    .addOption(new Option('--band <band>', 'only from this band on').choices(['low', 'notify', 'high', 'critical']).default('notify'))
    .option('--limit <number>', 'most incidents shown', integer, 50)
    .option('--learning', 'with those of the first day, which teaches')
    .action(async (paths, options) => {
      await (await import('../run/incidents.ts')).listIncidents(paths, options);
    });
  add('show', 'timeline, evidence, shares', 'vedette incidents show 3f2a… alerts.csv.gz')
    .argument('<id>')
    .argument('[path...]', 'the lists of alerts it was made from; without one, the alerts kept')
    .action(async (id, paths, options) => (await import('../run/incidents.ts')).showIncident(id, paths, options));
  return command;
}
