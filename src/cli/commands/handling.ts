import { Argument, Command } from 'commander';
import { withCommonOptions, withExample } from '../options.ts';

const STATES = ['open', 'acknowledged', 'closed'];

/** What people do with alerts and incidents alike: `assign`, `note`, `state`. */
export function addHandling(command: Command, kind: 'alert' | 'incident'): void {
  const add = (name: string, description: string, example: string): Command => {
    const child = withExample(withCommonOptions(new Command(name).description(description)), `vedette ${kind}s ${example}`);
    command.addCommand(child);
    return child.argument('<id>');
  };
  add('assign', 'say who looks after it', 'assign 3f2a… maria')
    .argument('[name]', 'who; without one, nobody')
    .action(async (id, name, options) => (await import('../run/handling.ts')).assign(kind, id, name, options));
  add('note', 'write something about it', 'note 3f2a… "asked the owner of the host"')
    .argument('<text>')
    .action(async (id, text, options) => (await import('../run/handling.ts')).note(kind, id, text, options));
  add('state', 'acknowledge, close, open again', 'state 3f2a… closed')
    .addArgument(new Argument('<state>').choices(STATES))
    .action(async (id, state, options) => (await import('../run/handling.ts')).setState(kind, id, state, options));
}
