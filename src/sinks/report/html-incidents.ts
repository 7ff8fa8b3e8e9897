import { escapeHtml } from './escape.ts';
import { capital } from './html-findings.ts';
import { incidentTitle, isTelling } from './incident-title.ts';
import { type Report, type ReportedIncident, type ReportedPhase, type ReportedStep, SHOWN_INCIDENTS } from './report.ts';
import { count, levelOf, listed, moment, plural, span } from './words.ts';

/** How an incident's band is called and coloured: `notify` is worth telling, no more. */
const BANDS = { low: 'low', notify: 'medium', high: 'high', critical: 'critical' } as const;
const NAMES = 6;
/** Hosts up to so long are never broken: an IPv4 address, a short name. */
const SHORT = 20;

/** Findings that belong together: who, in which phases, when, with a link to each. */
export function incidentsSection(report: Report): string {
  const joined = report.incidents.filter(isTelling);
  if (joined.length === 0) return '';
  const shown = joined.slice(0, SHOWN_INCIDENTS).map(incidentCard).join('');
  const rest = joined.slice(SHOWN_INCIDENTS);
  if (rest.length === 0) return shown;
  return `${shown}<details class="more"><summary>${plural(rest.length + report.moreIncidents, 'more incident')}</summary>${rest.map(incidentCard).join('')}</details>`;
}

function incidentCard(incident: ReportedIncident): string {
  const { id, band, sentence, start, end, hosts, hostCount, users, alerts, phases } = incident;
  const facts: [string, string][] = [
    [hosts.length === 1 ? 'Host' : 'Hosts', names(hosts, hostCount)],
    ...(users.length === 0 ? [] : [[users.length === 1 ? 'User' : 'Users', names(users)] as [string, string]]),
    ['When', span(start, end)],
    ['Made of', plural(alerts, 'finding')],
  ];
  return `<article class="card" id="i-${escapeHtml(id)}"><div class="ghead plainhead"><h3>${escapeHtml(incidentTitle(incident))}</h3><span class="level ${BANDS[band]}">${capital(BANDS[band])}</span></div>
<p>${escapeHtml(sentence)}</p><dl class="facts">${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>
${phaseTable(phases)}</article>`;
}

function phaseTable(phases: readonly ReportedPhase[]): string {
  const rows = phases.flatMap((phase) => phase.steps.map((step, i) => stepRow(phase, step, i)));
  const more = phases.reduce((sum, phase) => sum + phase.more, 0);
  return `<div class="scroll" role="region" aria-label="Phases of the incident" tabindex="0"><table><thead><tr><th scope="col">Phase</th><th scope="col">First seen (UTC)</th><th scope="col">Host</th><th scope="col">What</th><th scope="col">Severity</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>${
    more > 0 ? `<p class="quiet">${plural(more, 'further step')} not listed here: <code>vedette incidents show</code>.</p>` : ''
  }`;
}

function stepRow(phase: ReportedPhase, step: ReportedStep, i: number): string {
  const name = phase.tactic === null ? 'No ATT&CK tactic' : capital(words(phase.tactic));
  const techniques = phase.techniques.length === 0 ? '' : `<br><span class="quiet">${escapeHtml(phase.techniques.join(', '))}</span>`;
  const title = escapeHtml(step.title);
  const what = step.here ? `<a href="#f-${escapeHtml(step.alert)}">${title}</a>` : `${title} <span class="quiet">(in another input)</span>`;
  const expected = step.expected ? ' <span class="quiet">(expected there)</span>' : '';
  const level =
    step.severity === null
      ? ''
      : `<span class="level ${levelOf(step.severity)}">${capital(levelOf(step.severity))} ${count(step.severity)}</span>`;
  return `<tr><td>${i === 0 ? `${escapeHtml(name)}${techniques}` : ''}</td><td class="nowrap">${escapeHtml(moment(step.time))}</td><td${step.host.length <= SHORT ? ' class="nowrap"' : ''}>${escapeHtml(step.host)}</td><td>${what}${expected}</td><td>${level}</td></tr>`;
}

function words(tactic: string): string {
  return tactic.replaceAll('-', ' ');
}

function names(all: readonly string[], total = all.length): string {
  const rest = total - Math.min(NAMES, all.length);
  return rest > 0 ? `${all.slice(0, NAMES).join(', ')} and ${count(rest)} more` : listed(all);
}
