import { Command } from 'commander';
import { withConfiguration, withExample } from '../options.ts';

export function configCommand(): Command {
  const command = new Command('config').description('configuration: check, show, example, schema');
  const add = (name: string, description: string, example: string): Command => {
    const child = withExample(withConfiguration(new Command(name).description(description)), example);
    command.addCommand(child);
    return child;
  };
  add('check', 'say what is wrong with it, with file, line and column', 'vedette config check -c vedette.yaml').action(async (options) =>
    (await import('../run/config.ts')).checkConfig(options),
  );
  add('show', 'the effective configuration, defaults filled in, secrets hidden', 'vedette config show -c vedette.yaml').action(
    async (options) => (await import('../run/config.ts')).showConfig(options),
  );
  add('example', 'a commented configuration to start from', 'vedette config example > vedette.yaml').action(async (options) =>
    (await import('../run/config.ts')).exampleConfig(options),
  );
  add('schema', 'JSON Schema for editors', 'vedette config schema > vedette.schema.json').action(async (options) =>
    (await import('../run/config.ts')).configSchema(options),
  );
  return command;
}
