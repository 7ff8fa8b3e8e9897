import { Command, Option } from 'commander';
import { INCIDENT_FORMATS } from '../../server/exports/formats.ts';
import { collect, integer, withCommonOptions, withExample } from '../options.ts';
import { addHandling } from './handling.ts';

export function incidentsCommand(): Command {
  const command = new Command('incidents').description(
    'correlated alerts: list, show, export, assign, note, state, expect, unexpect, expected',
  );
  const add = (name: string, description: string, ...examples: string[]): Command => {
    const child = withExample(withCommonOptions(new Command(name).description(description)), ...examples);
    command.addCommand(child);
    return child;
  };
  const expected = ['--expected <type@host>', 'of lists: normal there, left out of every score (repeatable)'] as const;
  add('list', 'highest score first', 'vedette incidents list', 'vedette incidents list alerts.csv.gz --band high')
    .argument('[path...]', 'lists of alerts as CSV (time, name, host, …); without one, the incidents of the home')
    .addOption(new Option('--band <band>', 'only from this band on').choices(['low', 'notify', 'high', 'critical']).default('notify'))
    .option('--limit <number>', 'most incidents shown', integer, 50)
    .option('--learning', 'with those of the first day, which teaches')
    .option(...expected, collect, [])
    .action(async (paths, options) => (await import('../run/incidents.ts')).listIncidents(paths, options));
  add('show', 'timeline, evidence, shares', 'vedette incidents show 3f2a…', 'vedette incidents show 3f2a… alerts.csv.gz')
    .argument('<id>')
    .argument('[path...]', 'the lists of alerts it was made from; without one, the home')
    .option(...expected, collect, [])
    .action(async (id, paths, options) => (await import('../run/incidents.ts')).showIncident(id, paths, options));
  add('export', 'as JSON with its alerts, STIX, PDF or OCSF', 'vedette incidents export 3f2a… --format stix --out incident.json')
    .argument('<id>')
    .addOption(new Option('--format <format>', 'form').choices(INCIDENT_FORMATS).default('json'))
    .option('--out <file>', 'file to write (default: standard output)')
    .action(async (id, options) => (await import('../run/exports.ts')).exportIncident(id, options));
  addHandling(command, 'incident');
  add('expect', 'say that what an incident is made of is normal there', 'vedette incidents expect 3f2a… --note "nightly backup"')
    .argument('<id|type@host>', 'an incident, all of its evidence or part of it; or a type of alert and a host')
    .option('--type <type>', 'only evidence of this type')
    .option('--host <host>', 'only evidence on this host')
    .option('--user <user>', 'only for this user')
    .option('--note <text>', 'why', '')
    .action(async (id, options) => (await import('../run/expectations.ts')).expectEvidence(id, options));
  add('unexpect', 'take that back, as if it had never been said', 'vedette incidents unexpect 51c0…')
    .argument('<id>', 'of the expectation')
    .action(async (id, options) => (await import('../run/expectations.ts')).unexpect(id, options));
  add('expected', 'what was said to be normal', 'vedette incidents expected --log')
    .option('--log', 'every word ever given or taken back')
    .action(async (options) => (await import('../run/expectations.ts')).listExpectations(options));
  return command;
}
