import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { OverviewBody } from '../../../../src/server/api/schema/live.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';

type DetectorStatus = OverviewBody['budget']['detectors'][number];
const OWN: Readonly<Record<string, string>> = {
  'learnt-from-input': 'learns from its source',
  'learnt-as-it-went': 'learns as it goes',
  rules: 'rules',
};

/** What a detector scores with; another registered model can be chosen, or that it learns by itself. */
export function ModelChoice({ of: { source, detector, model } }: { of: DetectorStatus }) {
  const can = useCan()('engineer');
  const models = useApi('models', {}, { staleTime: 60_000 });
  const set = useChange('setDetectorModel', ['sources', 'overview', 'detectors', 'settings']);
  const fitting = (models.data?.items ?? []).filter((one) => one.detector === detector);
  const registered = OWN[model] === undefined;
  const text = OWN[model] ?? model;
  if (!can || (fitting.length === 0 && !registered)) return <span className={registered ? 'mono' : 'soft'}>{text}</span>;
  const choose = (next: string | null) =>
    set.mutate(
      { params: { source, detector }, body: { model: next } },
      {
        onSuccess: () =>
          notifications.show({
            title: `${detector} of ${source}`,
            message: next === null ? 'learns from its source again' : `scores with ${next} from now on`,
          }),
        onError: (error) => notifications.show({ color: 'red', title: 'Not changed', message: `${error.message} ${error.hint}` }),
      },
    );
  return (
    <Menu position="bottom-start" shadow="md">
      <Menu.Target>
        <Button variant="default" size="compact-xs" loading={set.isPending} aria-label={`Model of ${detector} of ${source}: ${text}`}>
          {text}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => choose(null)}>What it learns from its source</Menu.Item>
        {[...new Set(fitting.map(({ name }) => name))].map((name) => (
          <Menu.Item key={name} onClick={() => choose(name)}>
            {name}, always its champion
          </Menu.Item>
        ))}
        {fitting.map(({ name, version, aliases }) => (
          <Menu.Item key={`${name}@${version}`} onClick={() => choose(`${name}@${version}`)}>
            {name}@{version}, this version{aliases.length > 0 && ` (${aliases.join(', ')})`}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
