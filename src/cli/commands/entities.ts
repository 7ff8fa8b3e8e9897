import { Command, Option } from 'commander';
import { integer, withCommonOptions, withExample } from '../options.ts';

export function entitiesCommand(): Command {
  const command = new Command('entities').description('hosts and addresses by their risk: list, show');
  const add = (name: string, description: string, example: string): Command => {
    const child = withExample(withCommonOptions(new Command(name).description(description)), example);
    command.addCommand(child);
    return child;
  };
  add('list', 'the riskiest first', 'vedette entities list --verdict suspicious')
    .addOption(new Option('--verdict <verdict>', 'only from this verdict on').choices(['safe', 'suspicious', 'attacked', 'harmful']))
    .option('--limit <number>', 'most entities shown', integer, 50)
    .action(async (options) => (await import('../run/entities.ts')).listEntities(options));
  add('show', 'what counts against it, since when', 'vedette entities show 192.168.1.20')
    .argument('<name|id>')
    .action(async (id, options) => (await import('../run/entities.ts')).showEntity(id, options));
  return command;
}
