import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { OverviewBody, StatusEvent } from '../../../../src/server/api/schema/live.ts';
import { useLive } from '../../api/live.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { bytes, count, percent, plural, short } from '../../format/number.ts';
import { duration, SECOND } from '../../format/time.ts';

/** The line of figures on top; each leads to what it counts. */
export function Figures({ data }: { data: OverviewBody }) {
  const tenant = useTenant();
  const { last } = useLive();
  const groups = useApi('groups', { query: { state: 'open', limit: 1 } });
  const incidents = useApi('incidents', { query: { state: 'open', band: 'notify', order: 'score', limit: 1000 } });
  const lag = lagNow(data, last);
  const { notifiedToday, criticalToday, budgetedToday, open, acknowledged } = data.alerts;
  const ruled = Math.max(0, notifiedToday - criticalToday - budgetedToday);
  const promise = promiseOf(data);
  return (
    <div className="card figures">
      <Figure
        link={(content) => (
          <Link to="/t/$tenant/logs" params={{ tenant }} className="figure-cell">
            {content}
          </Link>
        )}
        label="Events now"
        value={short(last?.eventsPerSecond ?? data.eventsPerSecond)}
        unit="/s"
        under={`${plural(data.events.stored, 'event')} stored, ${bytes(data.events.bytes)}`}
      />
      <Figure
        link={(content) => (
          <Link to="/t/$tenant/pipeline" params={{ tenant }} className="figure-cell">
            {content}
          </Link>
        )}
        label="Lag"
        value={lag.value}
        under={lag.under}
      />
      <Figure
        link={(content) => (
          <Link to="/t/$tenant/incidents" params={{ tenant }} search={{ band: 'notify' }} className="figure-cell">
            {content}
          </Link>
        )}
        label="Open incidents"
        value={
          incidents.data === undefined ? '–' : `${count(incidents.data.items.length)}${incidents.data.cursor === undefined ? '' : '+'}`
        }
        under="rated notify or above"
      />
      <Figure
        link={(content) => (
          <Link to="/t/$tenant/alerts" params={{ tenant }} className="figure-cell">
            {content}
          </Link>
        )}
        label="Open alerts"
        value={count(open)}
        under={[...(groups.data === undefined ? [] : [plural(groups.data.total, 'kind')]), `${count(acknowledged)} acknowledged`].join(
          ', ',
        )}
      />
      <Figure
        link={(content) => (
          <Link to="/t/$tenant/alerts" params={{ tenant }} search={{ state: 'any', range: '24h' }} className="figure-cell">
            {content}
          </Link>
        )}
        label="Notifications today (UTC)"
        value={count(budgetedToday)}
        unit={data.budget.promisedPerDay > 0 ? `of ${short(data.budget.promisedPerDay)} budgeted` : 'no source, no budget yet'}
        under={[
          criticalToday === 0 ? 'no critical one' : `and ${count(criticalToday)} critical`,
          ...(ruled === 0 ? [] : [`${count(ruled)} of rules`]),
          'of live sources only',
          ...(data.budget.observedPerDay === null ? [] : [`${short(data.budget.observedPerDay)} a day over 7 d`]),
        ].join(', ')}
      />
      <Figure
        link={(content) => (
          <Link to="/t/$tenant/pipeline" params={{ tenant }} className="figure-cell">
            {content}
          </Link>
        )}
        label="Alarm rate, observed"
        value={promise === undefined ? '–' : percent(promise.observed)}
        under={promise === undefined ? 'nothing scored yet' : `${percent(promise.promised)} false alarms promised per scored unit`}
      />
    </div>
  );
}

/** How far the stored events are behind what arrives; where nothing waits, only sources in full flow have a lag worth a figure. */
function lagNow({ sources, lag }: OverviewBody, last: StatusEvent | undefined): { value: string; under: string } {
  const newest = last?.lag ?? lag;
  const waiting = last?.queueBytes ?? 0;
  if (newest === null)
    return { value: '–', under: sources.some(({ state }) => state === 'reading') ? 'no event read yet' : 'no source is being read' };
  if (waiting > 0) return { value: duration(newest), under: `${bytes(waiting)} wait in queues` };
  const flowing = sources.flatMap((one) => (one.recordsPerSecond > 0 && one.lag !== null && one.lag < 10 * SECOND ? [one.lag] : []));
  if (flowing.length > 0) return { value: duration(Math.max(...flowing)), under: 'newest event behind the clock' };
  return { value: 'none', under: 'all that arrived is processed' };
}

/** Over all detectors that are ready: flagged of scored, and what the promises weighted by volume come to. */
function promiseOf({ budget }: OverviewBody): { observed: number; promised: number } | undefined {
  const used = budget.detectors.filter(({ scored, promisedRate }) => scored > 0 && promisedRate !== null);
  const scored = used.reduce((sum, detector) => sum + detector.scored, 0);
  if (scored === 0) return undefined;
  const flagged = used.reduce((sum, detector) => sum + detector.flagged, 0);
  const promised = used.reduce((sum, detector) => sum + (detector.promisedRate ?? 0) * detector.scored, 0);
  return { observed: flagged / scored, promised: promised / scored };
}

interface FigureProps {
  readonly link: (content: ReactNode) => ReactNode;
  readonly label: string;
  readonly value: string;
  readonly unit?: string;
  readonly under: string;
}

function Figure({ link, label, value, unit, under }: FigureProps) {
  return link(
    <>
      <span className="soft small">{label}</span>
      <span className="value">
        {value}
        {unit !== undefined && <span className="unit">{unit}</span>}
      </span>
      <span className="soft small">{under}</span>
    </>,
  );
}
