import { notifications } from '@mantine/notifications';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useChange } from '../../api/queries.ts';
import { type VerdictName, verdictText } from '../../components/marks.tsx';
import { offerUndo } from '../../components/undo.tsx';

const STALE = ['alert', 'alerts', 'groups', 'overview', 'labelLog', 'labels', 'feedback'] as const;
const EFFECT: Readonly<Record<VerdictName, string>> = {
  'true-positive': 'Alerts like it stay at least as visible.',
  'false-positive': 'The like is not raised again.',
  benign: 'Allowed for this entity from now on.',
};

export interface Labelling {
  label(verdict: VerdictName | undefined, note?: string): void;
  readonly busy: boolean;
}

/** Labels an alert; every label can be undone from the message it leaves. */
export function useLabelling(alert: AlertBody | undefined): Labelling {
  const labelling = useChange('label', STALE);
  const revoking = useChange('unlabel', STALE);
  const fail = (error: Error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message });
  const put = (id: string, verdict: VerdictName | undefined, note: string) =>
    verdict === undefined
      ? revoking.mutateAsync({ params: { id }, query: { note } })
      : labelling.mutateAsync({ params: { id }, body: { verdict, note } });

  return {
    busy: labelling.isPending || revoking.isPending,
    label(verdict, note = '') {
      if (alert === undefined) return;
      const { id, verdict: before } = alert;
      put(id, verdict, note).then(
        () =>
          offerUndo(
            verdict === undefined ? 'Label taken back' : `Labelled: ${verdictText(verdict).toLowerCase()}`,
            verdict === undefined ? 'As if it had never been given.' : EFFECT[verdict],
            () => put(id, before, 'undone').catch(fail),
          ),
        fail,
      );
    },
  };
}
