import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { Confirm } from '../../components/confirm.tsx';

/** Changes or removes a source that the configuration file names. */
export function SourceActions({ name, onChange }: { name: string; onChange: () => void }) {
  const [asking, setAsking] = useState(false);
  const remove = useChange('removeSource', ['sources', 'settings', 'overview', 'tenants']);
  // Its row goes before the answer comes: what is said then must not depend on it.
  const onConfirm = () =>
    remove.mutateAsync({ params: { name } }).then(
      () => {
        setAsking(false);
        notifications.show({ title: `${name} is no longer read`, message: 'What it gave stays.' });
      },
      () => undefined,
    );
  return (
    <span className="row tight rigid">
      <Button variant="default" size="compact-xs" aria-label={`Change ${name}`} onClick={onChange}>
        Change
      </Button>
      <Button variant="default" size="compact-xs" aria-label={`Remove ${name}`} onClick={() => setAsking(true)}>
        Remove
      </Button>
      <Confirm
        question={asking ? `Stop reading ${name}?` : undefined}
        action={`Remove ${name}`}
        pending={remove.isPending}
        problem={remove.error}
        onConfirm={onConfirm}
        onClose={() => {
          setAsking(false);
          remove.reset();
        }}
      >
        It is taken out of the configuration file, and its detectors stop. Events, alerts and labels that came of it stay.
      </Confirm>
    </span>
  );
}
