import { notifications } from '@mantine/notifications';
import type { IncidentBody } from '../../../../src/server/api/schema/incidents.ts';
import { useChange } from '../../api/queries.ts';
import { offerUndo } from '../../components/undo.tsx';
import { prose } from '../../format/time.ts';

const STALE = ['incident', 'incidents'] as const;

export interface IncidentActions {
  setState(state: IncidentBody['state']): void;
  /** undefined = nobody. */
  assign(to: string | undefined): void;
  readonly busy: boolean;
}

/** What an analyst may do with an incident; every change can be undone from the message it leaves. */
export function useIncidentActions({ id, state: before, assignee, sentence }: IncidentBody): IncidentActions {
  const change = useChange('changeIncident', STALE);
  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  const put = (body: { state?: IncidentBody['state']; assignee?: string | null }) => change.mutateAsync({ params: { id }, body });
  return {
    busy: change.isPending,
    setState(state) {
      if (state === before) return;
      put({ state }).then(
        () => offerUndo(`Incident ${state === 'open' ? 'opened again' : state}`, prose(sentence), () => put({ state: before }).catch(fail)),
        fail,
      );
    },
    assign(to) {
      put({ assignee: to ?? null }).then(
        () =>
          offerUndo(to === undefined ? 'Assigned to nobody' : `Assigned to ${to}`, prose(sentence), () =>
            put({ assignee: assignee ?? null }).catch(fail),
          ),
        fail,
      );
    },
  };
}
