import { Link } from '@tanstack/react-router';
import type { IncidentBody } from '../../../../src/server/api/schema/incidents.ts';
import { useApi, useTenant } from '../../api/queries.ts';
import { useCan } from '../../app/session.ts';
import { ExportMenu } from '../../components/export-menu.tsx';
import { Fact } from '../../components/fact.tsx';
import { Assign } from '../../components/handling/assign.tsx';
import { Notes } from '../../components/handling/notes.tsx';
import { StateChoice } from '../../components/handling/state-choice.tsx';
import { useHandling } from '../../components/handling/use-handling.ts';
import { useHandlingKeys } from '../../components/handling/use-handling-keys.ts';
import { When } from '../../components/marks.tsx';
import { Answered } from '../../components/states.tsx';
import { count, plural } from '../../format/number.ts';
import { techniqueText } from '../../format/techniques.ts';
import { duration, prose } from '../../format/time.ts';
import { Evidence } from './evidence.tsx';
import { IncidentGraph } from './graph.tsx';
import { headOf, Score } from './item.tsx';
import { KillChain } from './kill-chain.tsx';
import { Timeline } from './timeline.tsx';

export function IncidentDetail({ id }: { id: string }) {
  const incident = useApi('incident', { params: { id } });
  return (
    <Answered of={incident} rows={10}>
      {(data) => <Loaded incident={data} />}
    </Answered>
  );
}

/** How unusual it is and since when: what the sentence says beyond its beginning. */
function afterHead(sentence: string, head: string): string {
  const rest = sentence.slice(head.replace(/\.$/, '').length).replace(/^[\s.:,;]+/, '');
  return `${rest.charAt(0).toUpperCase()}${rest.slice(1)}`;
}

function Loaded({ incident }: { incident: IncidentBody }) {
  const tenant = useTenant();
  const can = useCan()('analyst');
  const handling = useHandling({ kind: 'incident', ...incident, title: prose(headOf(incident)) });
  useHandlingKeys(handling, can);
  const { start, lastEvidence } = incident;
  const head = headOf(incident);
  const rest = afterHead(incident.sentence, head);
  return (
    <article className="detail" data-incident={incident.id}>
      <header className="stack">
        <div className="row">
          <Score incident={incident} word />
          {incident.growing && (
            <span className="chip accent" title="Alerts may still join it">
              growing
            </span>
          )}
          {incident.learning && (
            <span className="chip" title="It began before there was a history to compare with">
              while learning
            </span>
          )}
          {incident.techniques.map((technique) => (
            <span key={technique} className="chip" title={`ATT&CK technique ${technique}`}>
              {techniqueText(technique)}
            </span>
          ))}
          <span className="grow" />
          <ExportMenu of="exportIncident" id={incident.id} />
        </div>
        <h2 className="lead">{prose(head)}</h2>
        {rest !== '' && <p className="wrap">{prose(rest)}</p>}
        <div className="row">
          <StateChoice state={incident.state} disabled={!can || handling.busy} onChoose={handling.setState} />
          <Assign assignee={incident.assignee} onAssign={handling.assign} disabled={!can || handling.busy} />
          {!can && <span className="soft small">Changing incidents needs the role analyst.</span>}
        </div>
      </header>
      <dl className="facts">
        <Fact name="Began">
          <When at={start} />
        </Fact>
        <Fact name="Lasted">{lastEvidence === start ? 'a moment' : duration((lastEvidence ?? Number.NaN) - (start ?? Number.NaN))}</Fact>
        <Fact name="Alerts">{plural(incident.alerts, 'alert')}</Fact>
        <Fact name="Hosts">
          {incident.hosts.map((host, index) => (
            <span key={host}>
              {index > 0 && ', '}
              <Link to="/t/$tenant/entities/$name" params={{ tenant, name: host }}>
                {host}
              </Link>
            </span>
          ))}
          {incident.hostCount > incident.hosts.length && ` and about ${count(incident.hostCount - incident.hosts.length)} more`}
        </Fact>
        {incident.users.length > 0 && <Fact name="Users">{incident.users.join(', ')}</Fact>}
        <Fact name="Detectors">{incident.detectors.join(', ')}</Fact>
      </dl>
      <KillChain tactics={incident.tactics} />
      <Timeline incident={incident} />
      <IncidentGraph incident={incident} />
      <Evidence incident={incident} />
      <Notes of={`incident ${incident.tenant} ${incident.id}`} notes={incident.notes} handling={handling} can={can} />
    </article>
  );
}
