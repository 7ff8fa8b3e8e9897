import { Argument, Command, Option } from 'commander';
import { withExample } from '../options.ts';

export function completionCommand(program: () => Command): Command {
  const command = new Command('completion').description('script that completes commands and options in your shell');
  command.addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']));
  command.addOption(new Option('-o, --output <form>', 'output form').choices(['human', 'json']).default('human'));
  withExample(command, 'source <(vedette completion bash)');
  return command.action(async (shell, options) => (await import('../run/completion.ts')).completion(program(), shell, options));
}
