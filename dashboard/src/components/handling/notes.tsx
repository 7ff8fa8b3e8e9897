import { Button, Textarea } from '@mantine/core';
import type { FormEvent } from 'react';
import { When } from '../marks.tsx';
import { useDraft } from './use-draft.ts';
import type { Handling } from './use-handling.ts';

interface Props {
  /** Oldest first. */
  readonly notes: readonly { readonly note: string; readonly by: string; readonly at: number | null }[];
  /** What they are about; what was typed and not added is kept under it. */
  readonly of: string;
  readonly handling: Handling;
  readonly can: boolean;
}

/** What people wrote about it, oldest first. */
export function Notes({ notes, of, handling, can }: Props) {
  const [note, setNote] = useDraft(of);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (note.trim() === '') return;
    handling.note(note.trim()).then(
      () => setNote(''),
      () => undefined,
    );
  };
  return (
    <section className="section">
      <h3>Notes</h3>
      {notes.map(({ note: text, by, at }) => (
        <div key={`${at} ${by} ${text}`} className="said">
          <span className="soft small">
            {by}, <When at={at} />
          </span>
          <p className="wrap">{text}</p>
        </div>
      ))}
      {notes.length === 0 && !can && <p className="soft">None.</p>}
      {can && (
        <form onSubmit={submit} className="row" style={{ alignItems: 'flex-end' }}>
          <Textarea
            className="grow"
            size="xs"
            aria-label="Note"
            placeholder="What was found, what was done"
            autosize
            minRows={1}
            maxRows={8}
            maxLength={4096}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Button type="submit" variant="default" loading={handling.busy} disabled={note.trim() === ''}>
            Add note
          </Button>
        </form>
      )}
    </section>
  );
}
