import { Button } from '@mantine/core';
import { useState } from 'react';
import type { SuppressionBody } from '../../../../src/server/api/schema/rules.ts';
import { useApi, useChange } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { When } from '../../components/marks.tsx';
import { Card } from '../../components/page.tsx';
import { Answered, Blank } from '../../components/states.tsx';
import { Table } from '../../components/table.tsx';
import { offerUndo } from '../../components/undo.tsx';
import { duration } from '../../format/time.ts';
import { draftOf, emptyDraft, type Match, type RuleDraft, ruleBody } from '../suppressions/draft.ts';
import { matchText } from '../suppressions/match-fields.tsx';
import { RuleDialog } from '../suppressions/rule-form.tsx';
import { scheduleText } from '../suppressions/weekly-hours.tsx';

const STALE = ['suppressions', 'alerts', 'alert', 'groups', 'overview'] as const;

/** Rules that keep alerts from people: in force and expired. */
export function Suppressions() {
  const rules = useApi('suppressions');
  const remove = useChange('removeSuppression', STALE);
  const add = useChange('addSuppression', STALE);
  const can = useCan()('analyst');
  const [draft, setDraft] = useState<RuleDraft>();
  const drop = (rule: SuppressionBody) =>
    remove.mutate(
      { params: { id: rule.id } },
      {
        onSuccess: () =>
          offerUndo('Suppression removed', rule.reason, () => {
            const body = ruleBody(draftOf(rule));
            if (body !== undefined) add.mutate({ body });
          }),
      },
    );
  return (
    <Card title="Suppressions" flush head={can && <Button onClick={() => setDraft(emptyDraft())}>Add a suppression</Button>}>
      <Answered of={rules}>
        {({ items }) =>
          items.length === 0 ? (
            <Blank
              title="Nothing is suppressed"
              hint="Begin one here, or from any value of an alert: what it would have done is shown before it is kept."
            />
          ) : (
            <RuleTable items={items} can={can} edit={(rule) => setDraft(draftOf(rule))} drop={drop} />
          )
        }
      </Answered>
      <RuleDialog draft={draft} onClose={() => setDraft(undefined)} />
    </Card>
  );
}

interface RuleTableProps {
  readonly items: readonly SuppressionBody[];
  readonly can: boolean;
  readonly edit: (rule: SuppressionBody) => void;
  readonly drop: (rule: SuppressionBody) => void;
}

function RuleTable({ items, can, edit, drop }: RuleTableProps) {
  return (
    <Table label="Suppressions" heads={['Alerts with', 'Reason', 'When', 'Ends', 'By']} actions>
      {items.map((rule) => (
        <tr key={rule.id}>
          <td className="wrap">
            {matchText(rule.match as Match)}
            {rule.except.map((match) => (
              <div key={JSON.stringify(match)} className="small soft">
                except {matchText(match as Match)}
              </div>
            ))}
          </td>
          <td className="wrap">{rule.reason}</td>
          <td className="wrap small">{limitsText(rule)}</td>
          <td>
            {!rule.active && <span className="chip">expired</span>}{' '}
            {rule.expires === undefined ? <span className="soft">never</span> : <When at={rule.expires} as="relative" />}
          </td>
          <td>
            {rule.by}, <When at={rule.at} as="relative" />
          </td>
          <td className="right nowrap">
            {can && (
              <>
                <Button variant="default" size="compact-xs" aria-label={`Change ${rule.reason}`} onClick={() => edit(rule)}>
                  Change
                </Button>{' '}
                <Button variant="default" size="compact-xs" aria-label={`Remove ${rule.reason}`} onClick={() => drop(rule)}>
                  Remove
                </Button>
              </>
            )}
          </td>
        </tr>
      ))}
    </Table>
  );
}

function limitsText({ below, schedule, once }: SuppressionBody): string {
  const parts = [
    ...(schedule === undefined ? [] : [scheduleText(schedule)]),
    ...(below === undefined ? [] : [`below severity ${below}`]),
    ...(once === undefined ? [] : [`the first is raised, again after ${duration(once)} of quiet`]),
  ];
  return parts.length === 0 ? 'always' : parts.join('; ');
}
