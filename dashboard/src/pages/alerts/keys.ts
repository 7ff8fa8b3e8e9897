import { useEffect } from 'react';
import { typing } from '../../app/shortcuts.tsx';
import type { InboxRow } from './inbox.tsx';

interface Keys {
  readonly rows: readonly InboxRow[];
  readonly at: number;
  readonly open: (row: InboxRow) => unknown;
  readonly close: () => unknown;
}

/** j and k move through the list and open what they reach; Escape shuts. */
export function useInboxKeys({ rows, at, open, close }: Keys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event)) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (step !== 0) {
        const row = rows[Math.max(0, Math.min(rows.length - 1, at + step))];
        if (row !== undefined && rows.indexOf(row) !== at) open(row);
        event.preventDefault();
      } else if (event.key === 'Escape') close();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [rows, at, open, close]);
}
