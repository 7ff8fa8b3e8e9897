import { useLayoutEffect } from 'react';
import { useSession } from '../../app/session.ts';
import { typing } from '../../app/shortcuts.tsx';
import type { Handling, State } from './use-handling.ts';

const STATES: Readonly<Record<string, State>> = { a: 'acknowledged', c: 'closed', o: 'open' };

/** `a`, `c` and `o` set the state of what is in view, `m` assigns it to oneself. */
export function useHandlingKeys(handling: Handling, can: boolean): void {
  const own = useSession().data?.name;
  // At once with the drawing: a key pressed in between would act on what was shown before.
  useLayoutEffect(() => {
    if (!can) return;
    const onKey = (event: KeyboardEvent) => {
      if (typing(event)) return;
      const state = STATES[event.key];
      if (state !== undefined) handling.setState(state);
      else if (event.key === 'm' && own !== undefined) handling.assign(own);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}
