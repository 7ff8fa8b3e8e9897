import { Menu } from '@mantine/core';
import { IconCheck, IconClock } from '@tabler/icons-react';
import { ownZone, showInUtc, useUtc, zoneName } from '../format/zone.ts';

const KEY = 'vedette-zone';
showInUtc(localStorage.getItem(KEY) === 'utc');

function choose(utc: boolean): void {
  localStorage.setItem(KEY, utc ? 'utc' : 'local');
  showInUtc(utc);
}

/** The zone that all times are shown in; the browser's own or UTC. */
export function ZoneChoice() {
  const utc = useUtc();
  const mark = <IconCheck size={14} aria-label="shown" />;
  return (
    <Menu position="top-start" shadow="md" withinPortal={false}>
      <Menu.Target>
        <button type="button" className="plain zone" title={`Times are shown in ${utc ? 'UTC' : ownZone()}`}>
          <IconClock size={14} aria-hidden />
          <span className="label">Times in {zoneName()}</span>
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => choose(false)} rightSection={utc ? undefined : mark}>
          {ownZone()}
        </Menu.Item>
        <Menu.Item onClick={() => choose(true)} rightSection={utc ? mark : undefined}>
          UTC
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
