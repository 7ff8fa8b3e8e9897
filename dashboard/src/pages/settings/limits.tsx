import { Button, NumberInput, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { FormEvent } from 'react';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { Failure } from '../../components/failure.tsx';
import { Card } from '../../components/page.tsx';
import { Answered } from '../../components/states.tsx';
import { DAY, HOUR, MINUTE, SECOND } from '../../format/time.ts';

const GIB = 1024 ** 3;

/** The alert budget and the retention: changed here, written to the configuration file. */
export function Limits() {
  const settings = useApi('settings');
  const change = useChange('changeSettings', ['settings', 'retention', 'overview']);
  const can = useCan()('admin');
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const text = (name: string) => String(values.get(name) ?? '').trim();
    const number = (name: string) => (text(name) === '' ? {} : { [name]: Number(text(name)) });
    const duration = (name: string) => (text(name) === '' ? {} : { [name]: text(name) });
    const size = text('maxBytes') === '' ? {} : { maxBytes: `${text('maxBytes')}GiB` };
    change.mutate(
      {
        body: {
          ...number('alertBudget'),
          ...number('promisedRate'),
          retention: { ...duration('maxAge'), ...size, ...duration('alertAge') },
        },
      },
      { onSuccess: () => notifications.show({ title: 'Settings changed', message: 'Written to the configuration file, and in force.' }) },
    );
  };
  return (
    <Card title="Budget and retention">
      <Answered of={settings}>
        {({ alertBudget, promisedRate, retention: { maxAge, maxBytes, alertAge } }) => (
          <form onSubmit={submit} className="stack narrow-form">
            <NumberInput
              size="xs"
              name="alertBudget"
              label="False alarms a day"
              description="So many people are expected to be told of; real findings come on top"
              min={0.01}
              max={10_000}
              defaultValue={alertBudget}
              disabled={!can}
              hideControls
            />
            <NumberInput
              size="xs"
              name="promisedRate"
              label="Promised false-alarm rate"
              description="Share of normal units (sessions, windows, flows) that a detector may flag"
              min={1e-9}
              max={0.5}
              defaultValue={promisedRate}
              disabled={!can}
              hideControls
            />
            <TextInput
              size="xs"
              name="maxAge"
              label="Events kept for"
              description="Such as 12h or 30d"
              pattern="\d+(\.\d+)?(ms|s|m|h|d)"
              defaultValue={durationText(maxAge)}
              disabled={!can}
            />
            <TextInput
              size="xs"
              name="maxBytes"
              label="Events take at most (GiB)"
              pattern="\d+(\.\d+)?"
              defaultValue={maxBytes === null ? '' : String(Number((maxBytes / GIB).toFixed(3)))}
              disabled={!can}
            />
            <TextInput
              size="xs"
              name="alertAge"
              label="Alerts kept for"
              pattern="\d+(\.\d+)?(ms|s|m|h|d)"
              defaultValue={durationText(alertAge)}
              disabled={!can}
            />
            <Failure problem={change.error ?? undefined} />
            {can ? (
              <div>
                <Button type="submit" loading={change.isPending}>
                  Save
                </Button>
              </div>
            ) : (
              <p className="soft small">Changing them needs the role admin.</p>
            )}
          </form>
        )}
      </Answered>
    </Card>
  );
}

/** As the configuration writes it: the largest unit that leaves no rest. */
function durationText(micros: number | null): string {
  if (micros === null) return '';
  for (const [unit, size] of [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
  ] as const)
    if (micros % size === 0) return `${micros / size}${unit}`;
  return `${micros / 1000}ms`;
}
