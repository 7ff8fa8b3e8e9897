import { Checkbox, TextInput } from '@mantine/core';
import type { Schedule } from './draft.ts';

/** Monday first; the API counts from Sunday = 0. */
const DAYS: readonly (readonly [number, string])[] = [
  [1, 'Mon'],
  [2, 'Tue'],
  [3, 'Wed'],
  [4, 'Thu'],
  [5, 'Fri'],
  [6, 'Sat'],
  [0, 'Sun'],
];

export const everyNight = (): Schedule => ({
  ...{ days: [1, 2, 3, 4, 5, 6, 0], start: '01:00', end: '03:00' },
  timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
});

export function scheduleText({ days, start, end, timezone }: Schedule): string {
  const names = days.length === 7 ? 'daily' : DAYS.filter(([day]) => days.includes(day)).map(([, name]) => name);
  return `${Array.isArray(names) ? names.join(' ') : names} ${start}–${end} ${timezone}`;
}

/** A maintenance window: days on which it begins, from when to when, in which zone. */
export function WeeklyHours({ value, onChange }: { value: Schedule; onChange: (schedule: Schedule) => void }) {
  const set = (change: Partial<Schedule>) => onChange({ ...value, ...change });
  return (
    <fieldset className="stack plain-set">
      <legend className="small soft">Days on which the window begins</legend>
      <div className="row">
        {DAYS.map(([day, name]) => (
          <Checkbox
            key={day}
            size="xs"
            label={name}
            checked={value.days.includes(day)}
            onChange={(event) =>
              set({ days: event.currentTarget.checked ? [...value.days, day] : value.days.filter((one) => one !== day) })
            }
          />
        ))}
      </div>
      <div className="row">
        <TextInput size="xs" type="time" label="From" value={value.start} onChange={(event) => set({ start: event.currentTarget.value })} />
        <TextInput
          size="xs"
          type="time"
          label="To"
          description={value.end <= value.start ? 'on the next day' : undefined}
          value={value.end}
          onChange={(event) => set({ end: event.currentTarget.value })}
        />
        <TextInput size="xs" label="Time zone" value={value.timezone} onChange={(event) => set({ timezone: event.currentTarget.value })} />
      </div>
    </fieldset>
  );
}
