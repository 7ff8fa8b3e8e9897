import { SegmentedControl } from '@mantine/core';
import type { State } from './use-handling.ts';

const STATES: readonly { readonly value: State; readonly label: string }[] = [
  { value: 'open', label: 'Open' },
  { value: 'acknowledged', label: 'Acknowledged' },
  { value: 'closed', label: 'Closed' },
];

export function StateChoice({ state, disabled, onChoose }: { state: State; disabled: boolean; onChoose: (state: State) => void }) {
  return (
    <SegmentedControl
      size="xs"
      aria-label="State"
      value={state}
      disabled={disabled}
      onChange={(next) => onChoose(next as State)}
      data={[...STATES]}
    />
  );
}
