import { Command, Option } from 'commander';
import { ALERT_FORMATS } from '../../server/exports/formats.ts';
import { integer, withCommonOptions, withConfiguration, withExample } from '../options.ts';
import { addHandling } from './handling.ts';

export function alertsCommand(): Command {
  const command = new Command('alerts').description('alerts: list, show, export, label, unlabel, assign, note, state, replay');
  const add = (name: string, description: string, example: string, options = withCommonOptions): Command => {
    const child = withExample(options(new Command(name).description(description)), example);
    command.addCommand(child);
    return child;
  };
  add('list', 'newest first', 'vedette alerts list --limit 20')
    .option('--limit <number>', 'most alerts shown', integer, 50)
    .addOption(new Option('--state <state>', 'only alerts in this state').choices(['open', 'acknowledged', 'closed']))
    .option('--detector <name>', 'only alerts of this detector')
    .action(async (options) => (await import('../run/alerts.ts')).listAlerts(options));
  add('show', 'what happened, why, evidence, lineage', 'vedette alerts show 3f2a…')
    .argument('<id>')
    .option('--details', 'with scores, p-values and test names')
    .action(async (id, options) => (await import('../run/alerts.ts')).showAlert(id, options));
  add('export', 'as JSON with its lines, STIX, PDF, OCSF or ECS', 'vedette alerts export 3f2a… --format pdf --out alert.pdf')
    .argument('<id>')
    .addOption(new Option('--format <format>', 'form').choices(ALERT_FORMATS).default('json'))
    .option('--out <file>', 'file to write (default: standard output)')
    .action(async (id, options) => (await import('../run/exports.ts')).exportAlert(id, options));
  add('label', 'tell the detectors what it was; they learn at once', 'vedette alerts label 3f2a… false-positive --note "nightly backup"')
    .argument('<id>')
    .argument('<verdict>', 'true-positive, false-positive or benign')
    .option('--note <text>', 'why', '')
    .action(async (id, verdict, options) => (await import('../run/alerts.ts')).labelAlert(id, verdict, options));
  add('unlabel', 'take the label back, as if it had never been', 'vedette alerts unlabel 3f2a…')
    .argument('<id>')
    .option('--note <text>', 'why', '')
    .action(async (id, options) => (await import('../run/alerts.ts')).labelAlert(id, undefined, options));
  addHandling(command, 'alert');
  add('replay', 'recompute a finding from its input, byte for byte', 'vedette alerts replay 3f2a…', withConfiguration)
    .argument('<id>')
    .action(async (id, options) => (await import('../run/alerts.ts')).replayAlert(id, options));
  return command;
}
