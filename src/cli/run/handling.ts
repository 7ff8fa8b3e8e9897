import { type AlertState, formatMicros, type HandledAlert, type HandledIncident, VedetteError } from '../../core/index.ts';
import { MOST_ASSIGNEE, MOST_NOTE, type Operations } from '../../server/index.ts';
import type { CommonOptions } from '../options.ts';
import { print, printJson } from '../output.ts';
import { withOperations } from './open-operations.ts';

type Kind = 'alert' | 'incident';
type Handled = Pick<HandledAlert | HandledIncident, 'id' | 'state' | 'assignee' | 'notes'>;

export async function assign(kind: Kind, id: string, name: string | undefined, options: CommonOptions): Promise<void> {
  const assignee = name === undefined ? null : checked('a name', name, MOST_ASSIGNEE);
  const changed = await change(kind, id, { assignee }, options);
  tell(changed, assignee === null ? 'assigned to nobody' : `assigned to ${assignee}`, options);
}

export async function setState(kind: Kind, id: string, state: AlertState, options: CommonOptions): Promise<void> {
  tell(await change(kind, id, { state }, options), state, options);
}

export async function note(kind: Kind, id: string, text: string, options: CommonOptions): Promise<void> {
  const words = checked('a note', text, MOST_NOTE);
  const noted = await withOperations<Handled>(options, (operations) =>
    kind === 'alert' ? operations.noteAlert(idOf(id), words) : operations.incidents.noteIncident(idOf(id), words),
  );
  tell(noted, `noted, ${noted.notes.length} ${noted.notes.length === 1 ? 'note' : 'notes'} by now`, options);
}

function change(kind: Kind, id: string, to: Parameters<Operations['changeAlert']>[1], options: CommonOptions): Promise<Handled> {
  return withOperations<Handled>(options, (operations) =>
    kind === 'alert' ? operations.changeAlert(idOf(id), to) : operations.incidents.changeIncident(idOf(id), to),
  );
}

function idOf(id: string): string {
  return id.replace(/…$/, '');
}

function checked(what: string, text: string, most: number): string {
  const trimmed = text.trim();
  if (trimmed !== '' && trimmed.length <= most) return trimmed;
  const problem = trimmed === '' ? 'is empty' : `has ${trimmed.length.toLocaleString('en')} characters`;
  throw new VedetteError('USAGE', `${what} ${problem}`, { hint: `Give 1 to ${most.toLocaleString('en')} characters.` });
}

function tell({ id, state, assignee, notes }: Handled, done: string, { output }: CommonOptions): void {
  if (output === 'json')
    printJson({ id, state, assignee: assignee ?? null, notes: notes.map((one) => ({ ...one, at: formatMicros(one.at) })) });
  else print(`${id.slice(0, 12)}: ${done}.`);
}
