import { Button, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import type { IncidentBody } from '../../../../src/server/api/schema/incidents.ts';
import { useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { When } from '../../components/marks.tsx';

/** What people wrote about it, oldest first. */
export function Notes({ incident }: { incident: IncidentBody }) {
  const can = useCan()('analyst');
  const add = useChange('noteIncident', ['incident']);
  const [note, setNote] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (note.trim() === '') return;
    add.mutate(
      { params: { id: incident.id }, body: { note: note.trim() } },
      {
        onSuccess: () => setNote(''),
        onError: (error) => notifications.show({ color: 'red', title: 'Note not kept', message: error.message }),
      },
    );
  };
  return (
    <section className="section">
      <h3>Notes</h3>
      {incident.notes.map(({ note: text, by, at }) => (
        <div key={`${at} ${by} ${text}`} className="said">
          <span className="soft small">
            {by}, <When at={at} />
          </span>
          <p className="wrap">{text}</p>
        </div>
      ))}
      {incident.notes.length === 0 && !can && <p className="soft">None.</p>}
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
          <Button type="submit" variant="default" loading={add.isPending} disabled={note.trim() === ''}>
            Add note
          </Button>
        </form>
      )}
    </section>
  );
}
