import { Select } from '@mantine/core';
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

/** Who works on it: oneself, or whoever the address names. */
export function AssigneeFilter({ value, onChange }: Props) {
  const own = useSession().data?.name;
  const names = [...new Set([own, value].filter((name) => name !== undefined))];
  return (
    <Select
      aria-label="Assigned to"
      w={138}
      placeholder="Anybody's"
      clearable
      data={names.map((name) => ({ value: name, label: name === own ? 'Mine' : name }))}
      value={value ?? null}
      onChange={(name) => onChange(name ?? undefined)}
      clearButtonProps={{ 'aria-label': "Anybody's" }}
    />
  );
}

/** Least severity. */
export function SeverityFilter({ value, onChange }: Props) {
  return (
    <Select
      aria-label="Least severity"
      w={138}
      placeholder="Any severity"
      clearable
      data={LEVELS.slice(1).map((level) => ({
        value: String(LEVEL_FROM[level]),
        label: level === 'critical' ? level : `${level} and above`,
      }))}
      value={value ?? null}
      onChange={(severity) => onChange(severity ?? undefined)}
      clearButtonProps={{ 'aria-label': 'Any severity' }}
    />
  );
}
