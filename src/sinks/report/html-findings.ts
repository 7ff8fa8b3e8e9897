import { escapeHtml } from './escape.ts';
import { type Report, type ReportedFinding, type ReportedGroup, type ReportedLine, SHOWN_GROUPS } from './report.ts';
import { count, figure, moment, oneIn, percent, plural, span } from './words.ts';

/** Findings shown in full per group; the others are behind "more". */
const SHOWN_FINDINGS = 1;
const SHOWN_LINES = 6;
/** Groups that are open when the page opens. */
const OPEN_GROUPS = 1;

export function findingsSection(report: Report): string {
  if (report.groups.length === 0) return '<p class="quiet">No unit was flagged at the promised rate.</p>';
  const shown = report.groups.slice(0, SHOWN_GROUPS).map(groupCard).join('');
  const rest = report.groups.slice(SHOWN_GROUPS);
  if (rest.length === 0) return shown;
  const beyond =
    report.moreGroups > 0
      ? `<p class="quiet">${plural(report.moreGroups, 'further pattern')} in the store: <code>vedette alerts list</code>.</p>`
      : '';
  return `${shown}<details class="more"><summary>${plural(rest.length + report.moreGroups, 'more pattern')}</summary>${rest.map(groupCard).join('')}${beyond}</details>`;
}

function groupCard(group: ReportedGroup): string {
  const shown = group.findings
    .slice(0, SHOWN_FINDINGS)
    .map((finding) => findingBlock(finding, group.title))
    .join('');
  const rest = group.findings.slice(SHOWN_FINDINGS);
  const more =
    rest.length === 0
      ? ''
      : `<details><summary>${plural(rest.length + group.more, 'more finding')} of this pattern</summary>${rest.map((finding) => findingBlock(finding, group.title)).join('')}${
          group.more > 0 ? `<p class="quiet">${count(group.more)} further in the store: <code>vedette alerts list</code>.</p>` : ''
        }</details>`;
  const spread = group.entities === 1 ? `on ${escapeHtml(group.findings[0]?.entity ?? '')}` : `on ${count(group.entities)} entities`;
  return `<details class="card group"${group.rank <= OPEN_GROUPS ? ' open' : ''}><summary class="ghead"><span class="rank">${group.rank}</span><h3>${escapeHtml(group.title)}</h3><span class="level ${group.level}">${capital(group.level)} ${group.severity}</span>
<span class="meta">${group.units === 1 ? 'Once' : plural(group.units, 'time')} ${spread}, ${escapeHtml(span(group.firstSeen, group.lastSeen))}, found by ${escapeHtml(group.detector)}</span></summary>${shown}${more}</details>`;
}

/** What happened is not said twice where it is the heading of the group. */
function findingBlock(finding: ReportedFinding, heading: string): string {
  const what = finding.what.replace(/\.$/, '') === heading ? '' : `<p class="what">${escapeHtml(finding.what)}</p>`;
  const lists = [bullets('Harmless explanations', finding.harmless), bullets('Look at next', finding.next)].filter((part) => part !== '');
  return `<section class="finding" id="f-${escapeHtml(finding.id)}" aria-label="Finding ${escapeHtml(finding.id)}"><p class="meta"><span class="mono">${escapeHtml(finding.key)}</span>${finding.key === finding.entity ? '' : ` on ${escapeHtml(finding.entity)}`}, ${escapeHtml(span(finding.start, finding.end))}${
    finding.count > 1 ? `, ${count(finding.count)} times, last ${escapeHtml(moment(finding.lastSeen))}` : ''
  }${finding.verdict === null ? '' : `, labelled ${escapeHtml(finding.verdict)}`}</p>
${what}<p>${escapeHtml(finding.why)}</p>${comparison(finding)}${expected(finding)}${
    lists.length > 0 ? `<div class="cols">${lists.join('')}</div>` : ''
  }${lines(finding)}${technical(finding)}</section>`;
}

function comparison(finding: ReportedFinding): string {
  if (finding.contributions.length === 0) return '';
  const rows = finding.contributions.map(
    (one) =>
      `<tr><td>${escapeHtml(one.subject)}</td><td>${escapeHtml(one.observed)}</td><td>${escapeHtml(one.expected)}</td><td class="num">${one.seenBefore === 0 ? 'never' : `${count(one.seenBefore)}×`}</td><td class="num">${percent(one.share)}</td></tr>`,
  );
  return `<h4>Observed against expected</h4><div class="scroll" role="region" aria-label="Observed against expected" tabindex="0"><table><thead><tr><th scope="col">What</th><th scope="col">Observed</th><th scope="col">Expected</th><th scope="col" class="num">Seen before</th><th scope="col" class="num">Weight</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

function expected(finding: ReportedFinding): string {
  if (finding.expectedNext.length === 0) return '';
  const items = finding.expectedNext.map(
    (one) => `<li><span class="mono">${escapeHtml(one.event)}</span> <span class="quiet">${percent(one.probability)}</span></li>`,
  );
  return `<h4>What usually comes here</h4><ul class="plain">${items.join('')}</ul>`;
}

function bullets(title: string, items: readonly string[]): string {
  if (items.length === 0) return '';
  return `<div><h4>${title}</h4><ul class="plain">${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul></div>`;
}

function lines(finding: ReportedFinding): string {
  if (finding.lines.length === 0) return '';
  const shown = `<ol class="lines">${finding.lines.slice(0, SHOWN_LINES).map(lineItem).join('')}</ol>`;
  const rest = finding.lines.slice(SHOWN_LINES);
  const further = rest.length + finding.moreLines;
  const more =
    rest.length === 0
      ? ''
      : `<details><summary>${plural(further, 'more line')}</summary><ol class="lines">${rest.map(lineItem).join('')}</ol>${
          finding.moreLines > 0 ? `<p class="quiet">${plural(finding.moreLines, 'line')} not listed here.</p>` : ''
        }</details>`;
  return `<h4>${finding.lines.some(({ value }) => value !== undefined) ? 'Readings' : 'Lines'}</h4>${shown}${more}`;
}

function lineItem(line: ReportedLine): string {
  const reading = line.value === undefined ? '' : `read ${figure(line.value)} at ${moment(line.time)}`;
  const text =
    line.text === null
      ? reading === ''
        ? '<span class="quiet">text not kept; read it at this position</span>'
        : ''
      : `${escapeHtml(line.text)}${line.shortened ? ' <span class="quiet">(shortened)</span>' : ''}`;
  const place = line.length === 0 ? `row ${count(line.line)}` : `line ${count(line.line)}, byte ${count(line.offset)}`;
  return `<li><span class="at">${place}<br>${escapeHtml(line.input)}</span><span class="raw">${[escapeHtml(reading), text].filter((part) => part !== '').join('<br>')}</span></li>`;
}

function technical(finding: ReportedFinding): string {
  const facts: [string, string][] = [
    ['Finding', finding.id],
    ['Unit', finding.key],
    ['Score', figure(finding.score)],
    ['p-value (conformal)', `${figure(finding.pValue)}${finding.extrapolated ? ', extrapolated beyond the calibration scores' : ''}`],
    ['Flagged at p of at most', `${figure(finding.threshold)}: ${oneIn(finding.threshold)} normal units`],
    ['Severity', `${finding.severity} of 100`],
    ['Model', `${finding.model} (sha256 ${finding.modelSha256.slice(0, 16)})`],
    ['Configuration, feature', `${finding.configHash.slice(0, 16)}, ${finding.feature.slice(0, 32)}`],
    ['Seed', String(finding.seed)],
  ];
  if (finding.techniques.length > 0) facts.push(['ATT&CK', finding.techniques.join(', ')]);
  const rows = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd class="mono">${escapeHtml(value)}</dd>`);
  return `<details><summary>Figures and lineage</summary><dl class="facts">${rows.join('')}</dl></details>`;
}

export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
