import { Button, Menu, TextInput } from '@mantine/core';
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
    <Menu opened={opened} onChange={setOpened} position="bottom-start" shadow="md" disabled={disabled} trapFocus={false}>
      <Menu.Target>
        <Button variant="default" leftSection={<IconUserPlus size={14} />} disabled={disabled}>
          {assignee === undefined ? 'Assign' : `Assigned to ${assignee}`}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {own !== undefined && own !== assignee && (
          <Menu.Item onClick={() => give(own)} rightSection={<span className="soft small">m</span>}>
            To me, {own}
          </Menu.Item>
        )}
        {assignee !== undefined && <Menu.Item onClick={() => give(undefined)}>To nobody</Menu.Item>}
        <form onSubmit={submit} style={{ padding: 6 }}>
          <TextInput
            size="xs"
            aria-label="Assign to"
            placeholder="To somebody else: name, Enter"
            maxLength={64}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
        </form>
      </Menu.Dropdown>
    </Menu>
  );
}
