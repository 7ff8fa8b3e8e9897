import { useEffect } from 'react';
import { typing } from './shortcuts.tsx';

interface Keys<T> {
  readonly rows: readonly T[];
  /** Index of the row that is open; -1 = none. */
  readonly at: number;
  readonly open: (row: T) => unknown;
  readonly close: () => unknown;
}

/** j and k move through a list and open what they reach; Escape shuts. */
export function useListKeys<T>({ rows, at, open, close }: Keys<T>): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (typing(event)) return;
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (step !== 0) {
        const next = Math.max(0, Math.min(rows.length - 1, at + step));
        const row = rows[next];
        if (row !== undefined && next !== at) open(row);
        event.preventDefault();
      } else if (event.key === 'Escape') close();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [rows, at, open, close]);
}
