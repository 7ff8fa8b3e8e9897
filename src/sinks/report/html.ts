import { createHash } from 'node:crypto';
import { channelCharts } from './channel-chart.ts';
import { histogramChart, promiseChart, seriesChart, templateChart } from './charts.ts';
import { escapeHtml } from './escape.ts';
import { findingsSection } from './html-findings.ts';
import { incidentsSection } from './html-incidents.ts';
import type { Report, ReportedDetector } from './report.ts';
import { STYLE } from './style.ts';
import { count, oneIn, percent, plural, span } from './words.ts';

/** Nothing is loaded and nothing runs: the one style sheet is allowed by its hash. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** The self-contained page `<type>_<timestamp>.html`: no script, no outside request, charts as inline SVG. */
export function renderHtml(report: Report): string {
  const title = `${report.name}: ${report.summary.headline}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<div class="top"><span class="brand">vedette</span><span>${escapeHtml(report.name)}</span></div>
<main>
<h1>${escapeHtml(report.summary.headline)}</h1>
${report.summary.sentences.map((sentence) => `<p class="lead">${escapeHtml(sentence)}</p>`).join('\n')}
${tiles(report)}
${warnings(report, false)}
${section('Incidents', incidentsSection(report))}
${section('Over time', card(seriesChart(report)))}
${section('Channels', channelCharts(report))}
${section('Findings', findingsSection(report))}
${section('What was learnt, and what it can promise', report.detectors.map(detectorCard).join('') + warnings(report, true))}
${report.templates.length === 0 ? '' : section('Most frequent lines', card(templateChart(report)))}
${section('Input', card(inputs(report)))}
</main>
<footer>Made by ${escapeHtml(report.program)} for tenant ${escapeHtml(report.tenant)}. The same input gives this same page; all times are UTC. Recompute a finding with <code>vedette alerts replay ID</code>.</footer>
</body>
</html>
`;
}

function section(title: string, body: string): string {
  return body === '' ? '' : `<section><h2>${title}</h2>${body}</section>`;
}

function card(body: string): string {
  return body === '' ? '' : `<div class="card">${body}</div>`;
}

function tiles(report: Report): string {
  const { levels, findings, groups } = report.summary;
  const serious = levels.critical + levels.high;
  const all: [string, string, string][] = [
    ['Findings', count(findings), `in ${plural(groups, 'pattern')}`],
    ['High or critical', count(serious), `${count(levels.critical)} critical`],
    ['Medium or low', count(levels.medium + levels.low), `${count(levels.low)} low`],
    [
      report.noun === undefined ? 'Lines read' : `${report.noun.charAt(0).toUpperCase()}${report.noun.slice(1)}s read`,
      count(report.lines),
      `${count(report.deadLetters)} set aside`,
    ],
  ];
  return `<dl class="tiles">${all.map(([name, value, note]) => `<div class="tile"><dt>${name}</dt><dd>${value} <small>${note}</small></dd></div>`).join('')}</dl>`;
}

const WARNING_TITLES: Readonly<Record<string, string>> = {
  'learnt-from-itself': 'Learnt from itself.',
  'abnormal-throughout': 'May be abnormal throughout.',
  extrapolated: 'Extrapolated promise.',
  'still-learning': 'Still learning.',
  paused: 'Paused.',
  unparsed: 'Records set aside.',
};

/** What bears on how far the findings can be trusted comes first; how things were counted and learnt, with the detectors. */
const ASIDE = new Set(['sessions', 'first-part', 'irregular', 'extrapolated', 'window-rules']);

function warnings(report: Report, aside: boolean): string {
  const chosen = report.warnings.filter(({ code }) => ASIDE.has(code) === aside);
  if (chosen.length === 0) return '';
  const items = chosen.map(
    ({ code, text }) => `<li><strong>${WARNING_TITLES[code.replace(/:.*$/s, '')] ?? 'Note.'}</strong> ${escapeHtml(text)}</li>`,
  );
  return `<ul class="notes" aria-label="Read with care">${items.join('')}</ul>`;
}

function detectorCard(detector: ReportedDetector): string {
  const observed =
    detector.observedRate === null || detector.observedInterval === null
      ? 'nothing scored yet'
      : `${count(detector.flagged)} of ${count(detector.scored)} (${percent(detector.observedRate)}; 95 % interval ${percent(detector.observedInterval[0])} to ${percent(detector.observedInterval[1])})`;
  const facts: [string, string][] = [
    ['Learnt', detector.learnt],
    ['From the time', span(detector.learntStart, detector.learntEnd)],
    ['State', detector.stateText],
    ['Promised', `${oneIn(detector.promisedRate)} normal ${detector.unit}s${detector.extrapolated ? ' (extrapolated)' : ''}`],
    ['Smallest rate it can verify', `${oneIn(detector.smallestRate)}, from ${count(detector.calibrationSize)} calibration scores`],
    ['Flagged', observed],
    ['Model', `${detector.model} (sha256 ${detector.modelSha256.slice(0, 16)})`],
  ];
  const charts = [histogramChart(detector), promiseChart(detector)].filter((chart) => chart !== '');
  return `<article class="card"><h3>${escapeHtml(detector.name)}</h3><p class="meta">${escapeHtml(detector.summary)}</p><p>${escapeHtml(detector.promise)}</p>
${charts.length === 0 ? '' : `<div class="pair">${charts.join('')}</div>`}
<details><summary>Details</summary><dl class="facts">${facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl></details></article>`;
}

function inputs(report: Report): string {
  const rows = report.inputs.map(
    (one) =>
      `<tr><td class="mono">${escapeHtml(one.input)}</td><td class="num">${count(one.bytes)}</td><td class="mono">${escapeHtml(one.sha256)}</td></tr>`,
  );
  return `<div class="scroll" role="region" aria-label="Input files" tabindex="0"><table><thead><tr><th scope="col">File</th><th scope="col" class="num">Bytes</th><th scope="col">sha256</th></tr></thead><tbody>${rows.join('')}</tbody></table></div><p class="meta">Format ${escapeHtml(report.format)}, ${escapeHtml(span(report.firstEvent, report.lastEvent))}.</p>`;
}
