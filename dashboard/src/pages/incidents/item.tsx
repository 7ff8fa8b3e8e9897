import { useEffect, useRef } from 'react';
import type { IncidentSummary } from '../../../../src/server/api/schema/incidents.ts';
import { When } from '../../components/marks.tsx';
import { levelOfBand } from '../../format/band.ts';
import { plural } from '../../format/number.ts';
import { prose } from '../../format/time.ts';

/** One incident in the list. */
export function IncidentItem({ incident, at, onOpen }: { incident: IncidentSummary; at: boolean; onOpen: () => void }) {
  const ref = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (at) ref.current?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <button
      ref={ref}
      type="button"
      className={`item ${at ? 'at' : ''} ${incident.state === 'closed' ? 'done' : ''}`}
      aria-expanded={at}
      onClick={onOpen}
    >
      <Score incident={incident} />
      <span>
        <span className="title">{prose(headOf(incident))}</span>
        <span className="under">
          <span>{incident.hosts.slice(0, 3).join(', ')}</span>
          <span className="num">{plural(incident.alerts, 'alert')}</span>
          {incident.tactics.length > 0 && <span>{incident.tactics.map((tactic) => tactic.replaceAll('-', ' ')).join(', ')}</span>}
          {incident.assignee !== undefined && <span>assigned to {incident.assignee}</span>}
          {incident.learning && <span>while learning</span>}
        </span>
      </span>
      <span className="soft small right">
        <When at={incident.lastEvidence} as="relative" />
      </span>
    </button>
  );
}

/** What weighs most in it; the sentence goes on from there. */
export function headOf({ types, sentence }: Pick<IncidentSummary, 'types' | 'sentence'>): string {
  const title = types[0]?.title ?? '';
  return title !== '' && sentence.startsWith(title.replace(/\.$/, '')) ? title : sentence;
}

export function Score({ incident, word = false }: { incident: Pick<IncidentSummary, 'score' | 'band'>; word?: boolean }) {
  const score = incident.score >= 100 ? Math.round(incident.score) : Number(incident.score.toFixed(1));
  return (
    <span
      className={`sev ${levelOfBand(incident.band)}`}
      title={`Score ${score}, ${incident.band}: 5 and more are worth a notification, 10 high, 20 critical`}
    >
      {score}
      {word ? ` ${incident.band}` : <span className="hidden">{incident.band}</span>}
    </span>
  );
}
