import { Kbd, Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { PAGES, type PagePath } from './pages.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['j  k', 'Next, previous alert or incident'],
  ['l', 'Label: then t true, f false, b benign, u take back'],
  ['a', 'Acknowledge'],
  ['c', 'Close'],
  ['o', 'Open again'],
  ['m', 'Assign to me'],
  ['Esc', 'Back to the list, on a narrow screen'],
  ...PAGES.map(([, name, key]) => [`g ${key}`, name] as const),
  ['/', 'Search, on the logs page'],
  ['?', 'This help'],
];
const TARGETS: Readonly<Record<string, PagePath | undefined>> = Object.fromEntries(PAGES.map(([path, , key]) => [key, path]));

/** True where a key press belongs to a field, a menu or a dialog. */
export function typing(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  const target = event.target as HTMLElement | null;
  return (
    target !== null &&
    target.closest('input, textarea, select, [contenteditable], [role="dialog"], [role="menu"], [role="listbox"]') !== null
  );
}

/** `g` and then a letter opens a page. */
export function useNavigationKeys(tenant: string): void {
  const navigate = useNavigate();
  const since = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event)) return;
      if (event.key === 'g') {
        since.current = event.timeStamp;
        return;
      }
      const target = event.timeStamp - since.current < 1_200 && since.current > 0 ? TARGETS[event.key] : undefined;
      since.current = 0;
      if (target === undefined) return;
      event.stopImmediatePropagation();
      void navigate({ to: target, params: { tenant } });
    };
    // In the capture phase: the page's own single-letter keys come after.
    window.addEventListener('keydown', onKey, true);
    return () => window.removeEventListener('keydown', onKey, true);
  }, [navigate, tenant]);
}

export function Shortcuts({ opened, setOpened }: { opened: boolean; setOpened: (opened: boolean) => void }) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!typing(event) && event.key === '?') setOpened(true);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [setOpened]);
  return (
    <Modal opened={opened} onClose={() => setOpened(false)} title="Keyboard shortcuts" closeButtonProps={{ 'aria-label': 'Close' }}>
      <div className="keys">
        {KEYS.map(([keys, what]) => [
          <span key={keys} className="row tight">
            {keys.split(/\s+/).map((key) => (
              <Kbd key={key}>{key}</Kbd>
            ))}
          </span>,
          <span key={what}>{what}</span>,
        ])}
      </div>
    </Modal>
  );
}
