import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { OverviewBody } from '../../../../src/server/api/schema/live.ts';
import { useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';

type DetectorStatus = OverviewBody['budget']['detectors'][number];

/** Stops a detector from raising alerts, or has it raise them again. */
export function DetectorSwitch({ of: { source, detector, state } }: { of: DetectorStatus }) {
  const set = useChange('setDetector', ['sources', 'overview', 'detectors']);
  const can = useCan()('engineer');
  if (!can) return null;
  const stopped = state === 'stopped';
  const onClick = () =>
    set.mutate(
      { params: { source, detector }, body: { state: stopped ? 'running' : 'stopped' } },
      {
        onSuccess: () =>
          notifications.show({
            title: `${detector} ${stopped ? 'raises alerts again' : 'raises nothing'}`,
            message: stopped ? `of ${source}` : `of ${source}; it goes on learning`,
          }),
        onError: (error) => notifications.show({ color: 'red', title: 'Not changed', message: error.message }),
      },
    );
  const verb = stopped ? 'Start' : 'Stop';
  return (
    <Button variant="default" size="compact-xs" loading={set.isPending} aria-label={`${verb} ${detector} of ${source}`} onClick={onClick}>
      {verb}
    </Button>
  );
}
