import { Button, Menu } from '@mantine/core';
import { IconTag } from '@tabler/icons-react';
import { useLayoutEffect, useState } from 'react';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import { useApi } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { typing } from '../../app/shortcuts.tsx';
import { ExportMenu } from '../../components/export-menu.tsx';
import { Assign } from '../../components/handling/assign.tsx';
import { Notes } from '../../components/handling/notes.tsx';
import { StateChoice } from '../../components/handling/state-choice.tsx';
import { useHandling } from '../../components/handling/use-handling.ts';
import { useHandlingKeys } from '../../components/handling/use-handling-keys.ts';
import { Severity, VerdictChip, type VerdictName, verdictText, When } from '../../components/marks.tsx';
import { Answered } from '../../components/states.tsx';
import { techniqueText } from '../../format/techniques.ts';
import { prose } from '../../format/time.ts';
import { SuppressCell } from '../suppressions/suppress-cell.tsx';
import { isBeyondBudget } from './beyond-budget.ts';
import { GroupActions } from './group-actions.tsx';
import type { Group } from './inbox.tsx';
import { useLabelling } from './labelling.tsx';
import { Why } from './why.tsx';

const VERDICTS: readonly (readonly [VerdictName, string, string])[] = [
  ['true-positive', 't', 'It was right to tell'],
  ['false-positive', 'f', 'Nothing unusual: do not raise the like again'],
  ['benign', 'b', 'Unusual, but expected of this entity'],
];

/** One alert; `group` = the alerts of its kind, where these are known. */
export function AlertDetail({ id, group }: { id: string; group: Group | undefined }) {
  const alert = useApi('alert', { params: { id } });
  return (
    <Answered of={alert} rows={10}>
      {(data) => <Loaded alert={data} group={group?.id === data.group ? group : undefined} />}
    </Answered>
  );
}

function inField({ target }: KeyboardEvent): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/**
 * The alert whose next key is a verdict: `l` was pressed on it and nothing was clicked since. Outside the component, because live
 * updates may draw it anew between two keys, and apart from the menu, which opens and closes at its own pace.
 */
const choosing: { of: string | undefined } = { of: undefined };

function Loaded({ alert, group }: { alert: AlertBody; group: Group | undefined }) {
  const can = useCan()('analyst');
  const { detection } = alert;
  const labels = useLabelling(alert);
  const handling = useHandling({ kind: 'alert', ...alert, title: prose(detection.title) });
  useHandlingKeys(handling, can);
  const [labelling, setLabelling] = useState(false);

  // At once with the drawing, not after it: a key pressed in between would act on the alert shown before.
  useLayoutEffect(() => {
    if (!can) return;
    const onKey = (event: KeyboardEvent) => {
      const chosen = VERDICTS.find(([, key]) => key === event.key)?.[0];
      if (choosing.of === alert.id && !inField(event) && (chosen !== undefined || event.key === 'u')) {
        choosing.of = undefined;
        event.preventDefault();
        event.stopImmediatePropagation();
        setLabelling(false);
        // The next key is for the page, not for the menu that is closing.
        if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
        return labels.label(chosen);
      }
      choosing.of = undefined;
      if (typing(event)) return;
      if (event.key === 'l') {
        event.preventDefault();
        choosing.of = alert.id;
        setLabelling(true);
      }
    };
    const onPointer = () => {
      choosing.of = undefined;
    };
    window.addEventListener('keydown', onKey, true);
    window.addEventListener('pointerdown', onPointer, true);
    return () => {
      window.removeEventListener('keydown', onKey, true);
      window.removeEventListener('pointerdown', onPointer, true);
    };
  });

  return (
    <article className="detail" data-alert={alert.id}>
      <header className="stack">
        <div className="row">
          <Severity value={detection.severity} word />
          {alert.verdict !== undefined && <VerdictChip verdict={alert.verdict} />}
          {isBeyondBudget(alert) && (
            <span className="chip" title="Kept and listed; nobody is told, because the budget of false alarms was used up">
              beyond the budget
            </span>
          )}
          {detection.techniques.map((technique) => (
            <span key={technique} className="chip" title={`ATT&CK technique ${technique}`}>
              {techniqueText(technique)}
              <SuppressCell alert={alert} field="technique" value={technique} />
            </span>
          ))}
          <span className="grow" />
          <ExportMenu of="exportAlert" id={alert.id} />
        </div>
        <h2 className="lead">
          {prose(detection.title)}
          <SuppressCell alert={alert} field="title" value={detection.title} />
        </h2>
        <div className="row">
          <StateChoice state={alert.state} disabled={!can || handling.busy} onChoose={handling.setState} />
          <Menu opened={labelling} onChange={setLabelling} position="bottom-start" shadow="md" disabled={!can}>
            <Menu.Target>
              <Button variant="default" leftSection={<IconTag size={14} />} disabled={!can} loading={labels.busy}>
                {alert.verdict === undefined ? 'Label' : verdictText(alert.verdict)}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {VERDICTS.map(([verdict, key, meaning]) => (
                <Menu.Item key={verdict} onClick={() => labels.label(verdict)} rightSection={<span className="soft small">{key}</span>}>
                  <div>{verdictText(verdict)}</div>
                  <div className="soft small">{meaning}</div>
                </Menu.Item>
              ))}
              {alert.verdict !== undefined && (
                <>
                  <Menu.Divider />
                  <Menu.Item onClick={() => labels.label(undefined)} rightSection={<span className="soft small">u</span>}>
                    Take the label back
                  </Menu.Item>
                </>
              )}
            </Menu.Dropdown>
          </Menu>
          <Assign assignee={alert.assignee} onAssign={handling.assign} disabled={!can || handling.busy} />
          {group !== undefined && <GroupActions group={group} />}
          {!can && <span className="soft small">Changing alerts needs the role analyst.</span>}
        </div>
      </header>
      <Why alert={alert} />
      <LabelLog id={alert.id} />
      <Notes of={`alert ${alert.tenant} ${alert.id}`} notes={alert.notes ?? []} handling={handling} can={can} />
    </article>
  );
}

function LabelLog({ id }: { id: string }) {
  const log = useApi('labelLog', { query: { alert: id } });
  if (log.data === undefined || log.data.items.length === 0) return null;
  return (
    <section className="section">
      <h3>Labels given</h3>
      <ul>
        {log.data.items.map((entry) => (
          <li key={entry.sequence}>
            {entry.verdict === undefined ? 'taken back' : verdictText(entry.verdict)} by {entry.by}, <When at={entry.at} />
            {entry.note !== '' && <span className="soft"> · {entry.note}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
