import { notifications } from '@mantine/notifications';
import type { CallName } from '../../api/paths.ts';
import { useChange } from '../../api/queries.ts';
import { offerUndo } from '../undo.tsx';

export type State = 'open' | 'acknowledged' | 'closed';
export type Kind = 'alert' | 'incident';

/** What people do with an alert or an incident as it is. */
export interface Handled {
  readonly kind: Kind;
  readonly id: string;
  readonly state: State;
  readonly assignee?: string | undefined;
  /** Said where a change is told. */
  readonly title: string;
}

export interface Handling {
  setState(state: State): void;
  /** undefined = nobody. */
  assign(to: string | undefined): void;
  note(text: string): Promise<unknown>;
  readonly busy: boolean;
}

const STALE: Readonly<Record<Kind, readonly CallName[]>> = {
  alert: ['alert', 'alerts', 'groups', 'overview'],
  incident: ['incident', 'incidents'],
};

/** Its state, who works on it and what was noted; state and assignee can be undone from the message a change leaves. */
export function useHandling({ kind, id, state: before, assignee, title }: Handled): Handling {
  const change = useChange(kind === 'alert' ? 'changeAlert' : 'changeIncident', STALE[kind]);
  const add = useChange(kind === 'alert' ? 'noteAlert' : 'noteIncident', [kind]);
  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  const put = (body: { state?: State; assignee?: string | null }) => change.mutateAsync({ params: { id }, body });
  const name = kind === 'alert' ? 'Alert' : 'Incident';
  return {
    busy: change.isPending || add.isPending,
    setState(state) {
      if (state === before) return;
      put({ state }).then(
        () => offerUndo(`${name} ${state === 'open' ? 'opened again' : state}`, title, () => put({ state: before }).catch(fail)),
        fail,
      );
    },
    assign(to) {
      if (to === assignee) return;
      put({ assignee: to ?? null }).then(
        () =>
          offerUndo(to === undefined ? 'Assigned to nobody' : `Assigned to ${to}`, title, () =>
            put({ assignee: assignee ?? null }).catch(fail),
          ),
        fail,
      );
    },
    note: (note) =>
      add.mutateAsync({ params: { id }, body: { note } }).catch((error: Error) => {
        notifications.show({ color: 'red', title: 'Note not kept', message: error.message });
        throw error;
      }),
  };
}
