import { useState } from 'react';

/** Text that is being typed, kept for this tab until it is emptied: also when the page is left or loaded again. */
export function useDraft(of: string): [text: string, set: (text: string) => void] {
  const key = `vedette-draft ${of}`;
  const [text, setText] = useState(() => sessionStorage.getItem(key) ?? '');
  const set = (next: string) => {
    setText(next);
    if (next === '') sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, next);
  };
  return [text, set];
}
