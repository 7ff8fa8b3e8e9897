import { Button, Checkbox, Modal, NumberInput, Select, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type FormEvent, useState } from 'react';
import { useChange } from '../../api/queries.ts';
import { Failure } from '../../components/failure.tsx';
import { ago, dateTime, nowMicros } from '../../format/time.ts';
import { EXPIRIES, REPEATS, type RuleDraft, ruleBody, type Schedule } from './draft.ts';
import { RuleImpact } from './impact.tsx';
import { MatchFields } from './match-fields.tsx';
import { everyNight, WeeklyHours } from './weekly-hours.tsx';

const STALE = ['suppressions', 'alerts', 'alert', 'groups', 'overview'] as const;

/** Writes or changes a rule beside what it would have done; `draft` undefined = shut. */
export function RuleDialog({ draft, onClose }: { draft: RuleDraft | undefined; onClose: () => void }) {
  return (
    <Modal
      size="xl"
      opened={draft !== undefined}
      onClose={onClose}
      title={draft?.id === undefined ? 'Suppress alerts' : 'Change the suppression'}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {draft !== undefined && <RuleForm begun={draft} onDone={onClose} />}
    </Modal>
  );
}

function RuleForm({ begun, onDone }: { begun: RuleDraft; onDone: () => void }) {
  const [draft, setDraft] = useState(begun);
  const add = useChange('addSuppression', STALE);
  const change = useChange('changeSuppression', STALE);
  const set = (changed: Partial<RuleDraft>) => setDraft((now) => ({ ...now, ...changed }));
  const body = ruleBody(draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (body === undefined) return;
    const onSuccess = () => {
      notifications.show({ title: 'Suppression in force', message: draft.reason });
      onDone();
    };
    if (draft.id === undefined) add.mutate({ body }, { onSuccess });
    else change.mutate({ params: { id: draft.id }, body }, { onSuccess });
  };
  return (
    <form onSubmit={submit} className="stack">
      <p className="soft small">
        Every field that is given must fit; * stands for any text, and an entity may be a network such as 10.0.0.0/8. Suppressed alerts are
        kept, closed, and nobody is told.
      </p>
      <MatchFields value={draft.match} offered={draft.offered} onChange={(match) => set({ match })} />
      <TextInput
        size="xs"
        label="Reason"
        required
        maxLength={1024}
        value={draft.reason}
        onChange={(event) => set({ reason: event.currentTarget.value })}
      />
      <RuleImpact body={body} />
      <Limits draft={draft} set={setDraft} />
      <Exceptions draft={draft} set={set} />
      <Failure problem={add.error ?? change.error ?? undefined} />
      <div className="row">
        <Button type="submit" disabled={body === undefined} loading={add.isPending || change.isPending}>
          {draft.id === undefined ? 'Suppress' : 'Save'}
        </Button>
        <Button variant="default" onClick={onDone}>
          Cancel
        </Button>
        {(body === undefined || draft.reason.trim() === '') && (
          <span className="soft small">
            {body === undefined
              ? 'Say what it is about: give at least one field above.'
              : 'Give a reason, which stands in the list and in the audit log.'}
          </span>
        )}
      </div>
    </form>
  );
}

/** How long, when, how severe, how often. */
function Limits({ draft, set }: { draft: RuleDraft; set: (change: (now: RuleDraft) => RuleDraft) => void }) {
  const put = (key: 'expires' | 'below' | 'schedule' | 'once', value: number | Schedule | undefined) =>
    set((now) => {
      const kept = Object.entries(now).filter(([name]) => name !== key);
      return Object.fromEntries(value === undefined ? kept : [...kept, [key, value]]) as unknown as RuleDraft;
    });
  const { expires, below, schedule, once } = draft;
  return (
    <>
      <div className="row">
        <Select
          size="xs"
          label="Ends"
          description={expires === undefined ? 'until somebody removes it' : `${dateTime(expires)}, ${ago(expires)}`}
          placeholder="choose another"
          data={[...EXPIRIES.map(([name, span]) => ({ value: String(span), label: `in ${name}` })), { value: 'never', label: 'never' }]}
          value={expires === undefined ? 'never' : null}
          onChange={(next) => next !== null && put('expires', next === 'never' ? undefined : nowMicros() + Number(next))}
        />
        <NumberInput
          size="xs"
          label="Only below severity"
          description="more severe alerts are raised all the same"
          placeholder="any"
          min={0}
          max={100}
          hideControls
          value={below ?? ''}
          onChange={(value) => put('below', value === '' ? undefined : Number(value))}
        />
        <Select
          size="xs"
          label="Raise the first"
          description="and again when none came for so long"
          data={[{ value: 'none', label: 'no: suppress all' }, ...REPEATS.map(([name, span]) => ({ value: String(span), label: name }))]}
          value={once === undefined ? 'none' : String(once)}
          allowDeselect={false}
          onChange={(next) => put('once', next === null || next === 'none' ? undefined : Number(next))}
        />
      </div>
      <Checkbox
        size="xs"
        label="In certain hours of the week only"
        checked={schedule !== undefined}
        onChange={(event) => put('schedule', event.currentTarget.checked ? everyNight() : undefined)}
      />
      {schedule !== undefined && <WeeklyHours value={schedule} onChange={(next) => put('schedule', next)} />}
    </>
  );
}

function Exceptions({ draft, set }: { draft: RuleDraft; set: (change: Partial<RuleDraft>) => void }) {
  const { except } = draft;
  return (
    <div className="stack">
      {except.map((match, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: exceptions have no name; they are added at the end.
        <fieldset key={index} className="plain-set">
          <legend className="small soft">Raised all the same ({index + 1})</legend>
          <MatchFields
            value={match}
            offered={draft.offered}
            onChange={(next) => set({ except: except.map((one, at) => (at === index ? next : one)) })}
          />
          <Button variant="subtle" size="compact-xs" onClick={() => set({ except: except.filter((_, at) => at !== index) })}>
            Remove exception {index + 1}
          </Button>
        </fieldset>
      ))}
      <div>
        <Button variant="default" size="compact-xs" onClick={() => set({ except: [...except, {}] })}>
          Add an exception
        </Button>
      </div>
    </div>
  );
}
