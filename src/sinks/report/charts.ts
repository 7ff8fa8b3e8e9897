import { formatMicros } from '../../core/index.ts';
import { escapeHtml, px } from './escape.ts';
import type { Level, Report, ReportedDetector, ReportedHistogram } from './report.ts';
import { count, figure, moment, oneIn, percent, plural } from './words.ts';

const MOST_BARS = 160;
const LEVEL_ORDER: readonly Level[] = ['critical', 'high', 'medium', 'low'];

/** Events over time as bars, findings as marks above them. Empty without times. */
export function seriesChart(report: Report): string {
  const series = report.series;
  if (series === null || series.events.length === 0 || !Number.isFinite(series.start)) return '';
  const merge = Math.ceil(series.events.length / MOST_BARS);
  const bars: number[] = [];
  for (const [i, events] of series.events.entries()) {
    const bar = Math.floor(i / merge);
    bars[bar] = (bars[bar] ?? 0) + events;
  }
  const width = series.binMicros * merge;
  const [w, top, base] = [1000, 34, 190];
  const most = Math.max(1, ...bars);
  const step = w / bars.length;
  const drawn = bars.map((events, i) => {
    const height = events === 0 ? 0 : Math.max(1.5, ((base - top) * events) / most);
    return `<rect class="bar" x="${px(i * step)}" y="${px(base - height)}" width="${px(Math.max(0.8, step * 0.82))}" height="${px(height)}"/>`;
  });
  const marks = marksOf(report, series.start, width, bars.length).map(({ bar, level, findings }) => {
    const x = bar * step + step * 0.41;
    return `<path class="m-${level}" d="M${px(x - 5)} 12h10l-5 9z"><title>${plural(findings, 'finding')}, ${level}</title></path>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
    const time = formatMicros(Math.round(series.start + share * width * bars.length));
    return `<text x="${px(share * w)}" y="208" text-anchor="${anchor}">${escapeHtml(moment(time))}</text>`;
  });
  const found = report.summary.findings;
  const label = `Events over time, at most ${plural(most, 'event')} in a bar; ${plural(found, 'finding')} marked`;
  return `<figure><figcaption>Events over time (UTC); each bar is ${escapeHtml(lengthOf(width))}, the highest ${plural(most, 'event')}.${found > 0 ? ' Triangles mark findings.' : ''}</figcaption>
<svg viewBox="0 0 1000 214" role="img" aria-label="${escapeHtml(label)}"><line class="axis" x1="0" y1="${base}.5" x2="${w}" y2="${base}.5"/>${drawn.join('')}${marks.join('')}${ticks.join('')}</svg></figure>`;
}

function marksOf(report: Report, start: number, width: number, bars: number): { bar: number; level: Level; findings: number }[] {
  const marks = new Map<number, { bar: number; level: Level; findings: number }>();
  for (const finding of report.groups.flatMap((group) => group.findings)) {
    const time = Date.parse(finding.start) * 1000;
    if (!Number.isFinite(time)) continue;
    const bar = Math.min(bars - 1, Math.max(0, Math.floor((time - start) / width)));
    const mark = marks.get(bar);
    if (mark === undefined) marks.set(bar, { bar, level: finding.level, findings: 1 });
    else {
      mark.findings++;
      if (LEVEL_ORDER.indexOf(finding.level) < LEVEL_ORDER.indexOf(mark.level)) mark.level = finding.level;
    }
  }
  return [...marks.values()].sort((a, b) => a.bar - b.bar);
}

function lengthOf(micros: number): string {
  const seconds = micros / 1e6;
  const units: readonly (readonly [number, string])[] = [
    [86_400, 'day'],
    [3_600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ];
  for (const [size, name] of units) if (seconds >= size) return plural(Number((seconds / size).toPrecision(3)), name);
  return `${figure(seconds * 1000)} ms`;
}

/** Scores of all scored units with the threshold; heights are square roots, so that a single unit stays visible. */
export function histogramChart(detector: ReportedDetector): string {
  const histogram = detector.histogram;
  if (histogram === null) return '';
  const { low, high, counts, beyond } = histogram;
  const [w, top, base] = [600, 22, 150];
  const step = (w - 40) / counts.length;
  const most = Math.sqrt(Math.max(1, beyond, ...counts));
  const bar = (units: number, x: number, width: number, over: boolean) => {
    const height = units === 0 ? 0 : Math.max(2, ((base - top) * Math.sqrt(units)) / most);
    return `<rect class="${over ? 'over' : 'bar'}" x="${px(x)}" y="${px(base - height)}" width="${px(width)}" height="${px(height)}"><title>${plural(units, detector.unit)}</title></rect>`;
  };
  const at = thresholdAt(histogram, detector.threshold, step * counts.length);
  const bars = counts.map((units, i) => bar(units, i * step, step * 0.84, at !== null && (i + 0.5) * step > at));
  const last = beyond > 0 ? `${bar(beyond, w - 28, 24, at !== null)}<text x="${w - 16}" y="167" text-anchor="middle">more</text>` : '';
  const side = at !== null && at > w * 0.7 ? 'end' : 'start';
  const rule =
    at === null
      ? ''
      : `<line class="rule" x1="${px(at)}" y1="6" x2="${px(at)}" y2="${base}"/><text class="strong" x="${px(at + (side === 'end' ? -6 : 6))}" y="14" text-anchor="${side}">threshold ${figure(detector.threshold)}</text>`;
  return `<figure><figcaption>Scores of ${plural(detector.scored, detector.unit)}; right of the line is flagged. Heights are square roots.</figcaption>
<svg viewBox="0 0 ${w} 172" role="img" aria-label="Distribution of scores: ${count(detector.flagged)} of ${count(detector.scored)} beyond the threshold"><line class="axis" x1="0" y1="${base}.5" x2="${w}" y2="${base}.5"/>${bars.join('')}${last}${rule}<text x="0" y="167">${figure(low)}</text><text x="${w - 40}" y="167" text-anchor="end">${figure(high)}</text></svg></figure>`;
}

function thresholdAt(histogram: ReportedHistogram, threshold: number | null, width: number): number | null {
  if (threshold === null) return null;
  return Math.min(width, Math.max(0, ((threshold - histogram.low) / (histogram.high - histogram.low)) * width));
}

/** Promised rate against the flagged share with its interval, on a logarithmic axis. */
export function promiseChart(detector: ReportedDetector): string {
  const { promisedRate, observedRate, observedInterval } = detector;
  if (observedRate === null || observedInterval === null) return '';
  const [low, high] = observedInterval;
  const floor = 10 ** Math.floor(Math.log10(Math.max(1e-9, Math.min(promisedRate, low > 0 ? low : high)) / 2));
  const x = (rate: number) => (400 * Math.log(Math.max(floor, Math.min(1, rate)) / floor)) / Math.log(1 / floor);
  const decades: string[] = [];
  for (let rate = floor; rate < 1.01; rate *= 10) {
    decades.push(`<line class="axis" x1="${px(x(rate))}" y1="24" x2="${px(x(rate))}" y2="110"/>`);
    if (Math.round(Math.log10(rate / floor)) % 2 === 0)
      decades.push(`<text x="${px(x(rate))}" y="128" text-anchor="middle">${escapeHtml(percent(rate))}</text>`);
  }
  const label = `Promised ${oneIn(promisedRate)}, flagged ${percent(observedRate)}, 95 % interval ${percent(low)} to ${percent(high)}`;
  return `<figure><figcaption>Promised against flagged, with 95 % interval. Flagged includes true findings.</figcaption>
<svg viewBox="-14 0 434 136" role="img" aria-label="${escapeHtml(label)}">${decades.join('')}<line class="rule" x1="${px(x(promisedRate))}" y1="24" x2="${px(x(promisedRate))}" y2="110"/><text class="strong" x="${px(x(promisedRate))}" y="15" text-anchor="${x(promisedRate) > 200 ? 'end' : 'start'}">promised ${escapeHtml(percent(promisedRate))}</text>
<line class="ci" x1="${px(x(low))}" y1="72" x2="${px(x(high))}" y2="72"/><circle class="dot" cx="${px(x(observedRate))}" cy="72" r="5"/><text class="strong" x="${px(x(observedRate))}" y="96" text-anchor="${x(observedRate) > 340 ? 'end' : x(observedRate) < 60 ? 'start' : 'middle'}">flagged ${escapeHtml(percent(observedRate))}</text></svg></figure>`;
}

/** Lines per template as bars. */
export function templateChart(report: Report): string {
  const most = Math.max(1, ...report.templates.map((template) => template.count));
  const rows = report.templates.map(
    (
      template,
    ) => `<tr><td class="mono">${escapeHtml(template.text)}</td><td class="num">${count(template.count)}</td><td class="num">${percent(template.count / Math.max(1, report.lines))}</td>
<td><svg viewBox="0 0 120 10" role="presentation" width="120" height="10"><rect class="bar" x="0" y="0" width="${px((120 * template.count) / most)}" height="10"/></svg></td></tr>`,
  );
  return `<div class="scroll" role="region" aria-label="Most frequent lines" tabindex="0"><table><thead><tr><th scope="col">Template</th><th scope="col" class="num">Lines</th><th scope="col" class="num">Share</th><th scope="col">Relative</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}
