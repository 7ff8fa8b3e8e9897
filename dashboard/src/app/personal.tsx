import { ActionIcon, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconKeyboard, IconLogout, IconMoon, IconSun, IconUser } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { call } from '../api/client.ts';
import { useSession } from './session.ts';

/** What belongs to the person: signing out, colours, the list of keys. */
export function Personal({ onHelp }: { onHelp: () => void }) {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const signOut = async () => {
    await call('signOut').catch(() => undefined);
    client.clear();
    await navigate({ to: '/sign-in', search: {} });
  };
  return (
    <div className="personal">
      <Menu position="top-start" shadow="md" withinPortal={false}>
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" aria-label={`Account of ${session.data?.name ?? ''}`}>
            <IconUser size={17} color="var(--soft)" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconLogout size={15} />} onClick={signOut}>
            Sign out {session.data?.name}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Tooltip label={scheme === 'dark' ? 'Light colours' : 'Dark colours'}>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={scheme === 'dark' ? 'Use light colours' : 'Use dark colours'}
          onClick={() => setColorScheme(scheme === 'dark' ? 'light' : 'dark')}
        >
          {scheme === 'dark' ? <IconSun size={17} color="var(--soft)" /> : <IconMoon size={17} color="var(--soft)" />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Keyboard shortcuts (?)">
        <ActionIcon variant="subtle" color="gray" aria-label="Keyboard shortcuts" onClick={onHelp}>
          <IconKeyboard size={17} color="var(--soft)" />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
