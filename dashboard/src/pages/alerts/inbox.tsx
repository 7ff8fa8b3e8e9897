import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Fragment, useEffect, useRef } from 'react';
import type { Response as RouteResponse } from '../../../../src/server/api/contract.ts';
import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';
import type { Pages } from '../../api/pages.ts';
import { Severity, VerdictChip, When } from '../../components/marks.tsx';
import { More } from '../../components/more.tsx';
import { count, plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';
import { isBeyondBudget } from './beyond-budget.ts';

export type Group = RouteResponse<'groups'>['items'][number];
export type InboxRow = { readonly kind: 'group'; readonly group: Group } | { readonly kind: 'alert'; readonly alert: AlertBody };

/** Groups in their order, the alerts of the expanded one below it. */
export function flatten(groups: readonly Group[], expanded: string | undefined, alerts: readonly AlertBody[] | undefined): InboxRow[] {
  return groups.flatMap((group): InboxRow[] => [
    { kind: 'group', group },
    ...(group.id === expanded && group.alerts > 1 ? (alerts ?? []).map((alert): InboxRow => ({ kind: 'alert', alert })) : []),
  ]);
}

export function Inbox({
  rows,
  at,
  expanded,
  more,
  onOpen,
}: {
  rows: readonly InboxRow[];
  at: number;
  expanded: string | undefined;
  /** Alerts of the expanded group. */
  more: Pick<Pages<'alerts'>, 'more' | 'loading'>;
  onOpen: (row: InboxRow) => void;
}) {
  const last = rows.findLastIndex(({ kind }) => kind === 'alert');
  const whole = rows.find((row) => row.kind === 'group' && row.group.id === expanded);
  return rows.map((row, index) =>
    row.kind === 'group' ? (
      <GroupRow
        key={`g-${row.group.id}`}
        group={row.group}
        at={index === at}
        expanded={row.group.id === expanded}
        onOpen={() => onOpen(row)}
      />
    ) : (
      <Fragment key={row.alert.id}>
        <AlertRow alert={row.alert} at={index === at} onOpen={() => onOpen(row)} />
        {index === last && whole?.kind === 'group' && (
          <More shown={rows.filter(({ kind }) => kind === 'alert').length} total={whole.group.alerts} of="alerts" {...more} />
        )}
      </Fragment>
    ),
  );
}

/** Keeps the row the keyboard is on in view. */
function useInView(at: boolean) {
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (at) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return ref;
}

function GroupRow({ group, at, expanded, onOpen }: { group: Group; at: boolean; expanded: boolean; onOpen: () => void }) {
  const ref = useInView(at);
  const Chevron = expanded ? IconChevronDown : IconChevronRight;
  return (
    <button
      ref={ref}
      type="button"
      className={`item ${at ? 'at' : ''} ${group.open === 0 ? 'done' : ''}`}
      aria-expanded={expanded}
      onClick={onOpen}
    >
      <Severity value={group.severity} />
      <span>
        <span className="title">{prose(group.title)}</span>
        <span className="under">
          <span>{group.detector}</span>
          <span className="num">
            {plural(group.alerts, 'alert')}
            {group.units > group.alerts && `, ${plural(group.units, 'unit')}`}
          </span>
          <span className="num">{plural(group.entities, 'entity', 'entities')}</span>
          {group.open < group.alerts && <span className="num">{count(group.open)} open</span>}
        </span>
      </span>
      <span className="row tight rigid soft small" style={{ alignSelf: 'start' }}>
        <When at={group.lastSeen} as="relative" />
        {group.alerts > 1 ? <Chevron size={14} aria-hidden /> : <span style={{ width: 14 }} />}
      </span>
    </button>
  );
}

function AlertRow({ alert, at, onOpen }: { alert: AlertBody; at: boolean; onOpen: () => void }) {
  const ref = useInView(at);
  return (
    <button
      ref={ref}
      type="button"
      className={`item child ${at ? 'at' : ''} ${alert.state === 'closed' ? 'done' : ''}`}
      aria-current={at}
      onClick={onOpen}
    >
      <Severity value={alert.detection.severity} />
      <span>
        <span className="ellipsis" style={{ display: 'block' }}>
          {alert.detection.entity === '' ? alert.detection.key : alert.detection.entity}
        </span>
        <span className="under">
          {alert.state !== 'open' && <span>{alert.state}</span>}
          {alert.assignee !== undefined && <span>assigned to {alert.assignee}</span>}
          {alert.verdict !== undefined && <VerdictChip verdict={alert.verdict} />}
          {isBeyondBudget(alert) && <span>beyond the budget</span>}
        </span>
      </span>
      <span className="soft small">
        <When at={alert.lastSeen} as="relative" />
      </span>
    </button>
  );
}
