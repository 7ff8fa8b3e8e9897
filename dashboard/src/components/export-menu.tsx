import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { url } from '../api/client.ts';
import type { CallName } from '../api/paths.ts';
import { useTenant } from '../api/queries.ts';

const FORMATS = [
  ['pdf', 'PDF'],
  ['json', 'JSON'],
  ['stix', 'STIX 2.1'],
  ['ocsf', 'OCSF'],
] as const;

/** Downloads an alert or an incident in a form that people or other programs read. */
export function ExportMenu({ of, id }: { of: Extract<CallName, 'exportAlert' | 'exportIncident'>; id: string }) {
  const tenant = useTenant();
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={14} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map(([format, name]) => (
          <Menu.Item key={format} component="a" href={url(of, { tenant, id, format })} download>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
