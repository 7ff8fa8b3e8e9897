import { Button, Popover, TextInput } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { type FormEvent, useState } from 'react';
import { useSession } from '../../app/session.ts';

interface Props {
  readonly assignee: string | undefined;
  readonly onAssign: (to: string | undefined) => void;
  readonly disabled: boolean;
}

/** Who works on it: oneself in one step, or anybody by name. */
export function Assign({ assignee, onAssign, disabled }: Props) {
  const own = useSession().data?.name;
  const [name, setName] = useState('');
  const [opened, setOpened] = useState(false);
  const give = (to: string | undefined) => {
    setOpened(false);
    setName('');
    onAssign(to);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') give(name.trim());
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" disabled={disabled} trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconUserPlus size={14} />}
          disabled={disabled}
          onClick={() => setOpened((before) => !before)}
        >
          {assignee === undefined ? 'Assign' : `Assigned to ${assignee}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={6} className="stack">
        {own !== undefined && own !== assignee && (
          <Button variant="subtle" justify="space-between" onClick={() => give(own)} rightSection={<span className="soft small">m</span>}>
            To me, {own}
          </Button>
        )}
        {assignee !== undefined && (
          <Button variant="subtle" justify="start" onClick={() => give(undefined)}>
            To nobody
          </Button>
        )}
        <form onSubmit={submit}>
          <TextInput
            size="xs"
            aria-label="Assign to"
            placeholder="To somebody else: name, Enter"
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
