import { ActionIcon } from '@mantine/core';
import { IconBellOff } from '@tabler/icons-react';
import { useState } from 'react';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useCan } from '../../app/session.ts';
import { draftFrom, type MatchField, type RuleDraft } from './draft.ts';
import { RuleDialog } from './rule-form.tsx';

interface SuppressCellProps {
  readonly alert: AlertBody;
  readonly field: MatchField;
  readonly value: string;
}

/** Beside a value of an alert: begins a rule from it. */
export function SuppressCell({ alert, field, value }: SuppressCellProps) {
  const [draft, setDraft] = useState<RuleDraft>();
  const can = useCan()('analyst');
  if (!can || value === '') return null;
  return (
    <>
      <ActionIcon
        className="cell-action"
        variant="subtle"
        size={18}
        aria-label={`Suppress alerts by ${field} ${value}`}
        title={`Suppress alerts by this ${field}`}
        onClick={() => setDraft(draftFrom(alert, field, value))}
      >
        <IconBellOff size={13} stroke={1.7} aria-hidden />
      </ActionIcon>
      <RuleDialog draft={draft} onClose={() => setDraft(undefined)} />
    </>
  );
}
