import { type ComboboxData, Select } from '@mantine/core';
import { useSession } from '../app/session.ts';
import { LEVEL_FROM, LEVELS } from '../format/severity.ts';

interface Props {
  readonly value: string | undefined;
  /** undefined = the default, which the address does not hold. */
  readonly onChange: (value: string | undefined) => void;
}

const STATES = ['open', 'acknowledged', 'closed', 'any'] as const;
const stateName = (state: string): string => (state === 'any' ? 'Any state' : `${state[0]?.toUpperCase()}${state.slice(1)}`);

/** State of alerts or incidents; `usual` is what is shown where the address says nothing. */
export function StateFilter({ value, usual = 'open', onChange }: Props & { usual?: (typeof STATES)[number] }) {
  return (
    <Select
      aria-label="State"
      w={132}
      data={STATES.map((state) => ({ value: state, label: stateName(state) }))}
      value={value ?? usual}
      allowDeselect={false}
      onChange={(state) => onChange(state === null || state === usual ? undefined : state)}
    />
  );
}

interface ChoiceProps extends Props {
  readonly label: string;
  /** What none means. */
  readonly any: string;
  readonly data: ComboboxData;
  readonly width?: number;
}

/** One of several values, or any. */
export function ChoiceFilter({ label, any, data, width = 138, value, onChange }: ChoiceProps) {
  return (
    <Select
      aria-label={label}
      w={width}
      placeholder={any}
      clearable
      clearButtonProps={{ 'aria-label': any }}
      data={data}
      value={value ?? null}
      onChange={(choice) => onChange(choice ?? undefined)}
    />
  );
}

/** Who works on it: oneself, or whoever the address names. */
export function AssigneeFilter({ value, onChange }: Props) {
  const own = useSession().data?.name;
  const names = [...new Set([own, value].filter((name) => name !== undefined))];
  return (
    <ChoiceFilter
      label="Assigned to"
      any="Anybody's"
      data={names.map((name) => ({ value: name, label: name === own ? 'Mine' : name }))}
      value={value}
      onChange={onChange}
    />
  );
}

/** Least severity. */
export function SeverityFilter({ value, onChange }: Props) {
  return (
    <ChoiceFilter
      label="Least severity"
      any="Any severity"
      data={LEVELS.slice(1).map((level) => ({
        value: String(LEVEL_FROM[level]),
        label: level === 'critical' ? level : `${level} and above`,
      }))}
      value={value}
      onChange={onChange}
    />
  );
}
