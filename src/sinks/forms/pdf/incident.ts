import { formatMicros, type HandledIncident } from '../../../core/index.ts';
import { count, figure, moment, percent, plural, span } from '../../report/words.ts';
import { dated } from './alert.ts';
import { PdfDocument } from './document.ts';

const MOST_TIMELINE = 60;

/** An incident as a few pages: what it says, its evidence, what happened when, what people did about it. */
export async function pdfOfIncident(incident: HandledIncident, program: string): Promise<Buffer> {
  const { default: Kit } = await import('pdfkit');
  const created = new Date(dated(incident.start, incident.lastEvidence));
  const page = new PdfDocument(Kit, incident.sentence, `vedette incident ${incident.id}`, created);
  page.fields([
    ['Band', `${incident.band}, score ${figure(incident.score)}`],
    ['Time (UTC)', span(formatMicros(incident.start), formatMicros(incident.lastEvidence))],
    ['State', `${incident.state}${incident.growing ? ', still growing' : ''}${incident.learning ? ', of the learning day' : ''}`],
    ['Assigned to', incident.assignee ?? 'nobody'],
    ['Hosts', hostsOf(incident)],
    ['Users', incident.users.join(', ')],
    ['Tactics', incident.tactics.join(', ')],
    ['Techniques', incident.techniques.join(', ')],
    ['Detectors', incident.detectors.join(', ')],
    ['Alerts', plural(incident.alerts, 'alert')],
    ['Tenant', incident.tenant],
  ]);
  if (incident.types.length > 0) {
    page.heading('What it is made of');
    page.fields(incident.types.map(({ title, share }) => [percent(share), title] as const));
  }
  if (incident.evidence.length > 0) {
    page.heading('Evidence, the most surprising first');
    page.fields(
      incident.evidence.map((one) => {
        const who = [one.host, one.user].filter((part) => part !== undefined).join(', ');
        const how = `${one.hostBins} of ${one.bins} past windows had such a burst on this host`;
        return [
          moment(formatMicros(one.time)),
          `${who}: ${one.title}; ${one.expected === true ? 'said to be normal there' : how}`,
        ] as const;
      }),
    );
  }
  if (incident.timeline.length > 0) {
    page.heading('Timeline');
    const shown = incident.timeline.slice(0, MOST_TIMELINE);
    page.fields(
      shown.map(
        ({ time, end, host, title, tactic }) =>
          [
            moment(formatMicros(time)),
            `${host}: ${title}${tactic === undefined ? '' : ` (${tactic})`}${end === undefined ? '' : `, until ${moment(formatMicros(end))}`}`,
          ] as const,
      ),
    );
    if (incident.timeline.length > shown.length) page.lead(`${incident.timeline.length - shown.length} later entries are left out here.`);
  }
  if (incident.notes.length > 0) {
    page.heading('Notes');
    page.fields(incident.notes.map(({ note, by, at }) => [`${moment(formatMicros(at))} ${by}`, note] as const));
  }
  page.heading('Made by');
  page.fields([['Program', `vedette ${program.replace(/^vedette /, '')}`]]);
  return page.end();
}

function hostsOf({ hosts, hostCount }: HandledIncident): string {
  const rest = hostCount - hosts.length;
  return rest > 0 ? `${hosts.join(', ')} and about ${count(rest)} more` : hosts.join(', ');
}
