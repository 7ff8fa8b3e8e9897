import { Command } from 'commander';
import { withCommonOptions, withExample } from '../options.ts';

export function shippedUseCasesCommand(): Command {
  const command = withCommonOptions(
    new Command('use-cases')
      .description('shipped use cases over flows, names, readings and signatures, with levels and ATT&CK techniques')
      .argument('[name]', 'show one with its feature and its SQL'),
  );
  withExample(command, 'vedette use-cases', 'vedette use-cases flow-dns-tunnel');
  return command.action(async (name, options) => (await import('../run/use-cases.ts')).listUseCases(name, options));
}
