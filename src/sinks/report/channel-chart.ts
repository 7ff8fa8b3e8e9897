import { formatMicros } from '../../core/index.ts';
import { escapeHtml, px } from './escape.ts';
import type { Level, Report, ReportedChannel } from './report.ts';
import { figure, moment, plural } from './words.ts';

const [WIDTH, TOP, BASE] = [1000, 30, 190];

/** Readings with the band in which they were expected, what comes next, and marks at findings; one chart per channel. */
export function channelCharts(report: Report): string {
  return (report.channels ?? []).map((channel) => `<div class="card">${chart(channel, marksOf(report, channel))}</div>`).join('');
}

interface Mark {
  readonly start: number;
  readonly end: number;
  readonly level: Level;
  readonly what: string;
}

function marksOf(report: Report, channel: ReportedChannel): Mark[] {
  return report.groups
    .flatMap(({ findings }) => findings)
    .filter(({ key }) => key === channel.key)
    .map(({ start, end, level, what }) => ({ start: Date.parse(start) * 1000, end: Date.parse(end) * 1000, level, what }));
}

function chart(channel: ReportedChannel, marks: readonly Mark[]): string {
  const { name, start, binMicros, low, high, lower, upper, forecast, coverage } = channel;
  const end = Math.max(start + low.length * binMicros, ...forecast.map(({ time }) => time + binMicros));
  const x = (time: number) => (WIDTH * (time - start)) / (end - start);
  const bin = (i: number) => x(start + (i + 0.5) * binMicros);
  const [least, most] = extent(channel, forecast);
  const [lowest, highest] = extent(channel, []);
  const y = (value: number) => BASE - ((BASE - TOP) * (value - least)) / (most - least || 1);
  const band = areas(lower, upper, bin, y).map((d) => `<path class="band" d="${d}"/>`);
  const line = areas(low, high, bin, y).map((d) => `<path class="line" d="${d}"/>`);
  const last = high.findLast((value) => value !== null);
  const next =
    forecast.length === 0
      ? ''
      : `<path class="band" d="M${forecast.map((one) => `${px(x(one.time))} ${px(clamp(y(one.upper)))}`).join('L')}L${forecast
          .toReversed()
          .map((one) => `${px(x(one.time))} ${px(clamp(y(one.lower)))}`)
          .join('L')}Z"/><path class="next" d="M${px(bin(low.length - 1))} ${px(y(last ?? least))}L${forecast
          .map((one) => `${px(x(one.time))} ${px(y(one.value))}`)
          .join('L')}"/>`;
  const shapes = marks.map(({ start: from, end: to, level, what }) => {
    const at = Math.min(WIDTH - 6, Math.max(6, x(from)));
    const wide = Math.max(2, x(to) - x(from));
    return `<g class="m-${level}"><title>${escapeHtml(what)}</title><rect x="${px(x(from))}" y="20" width="${px(wide)}" height="4"/><path d="M${px(at - 5)} 6h10l-5 9z"/></g>`;
  });
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
    return `<text x="${px(share * WIDTH)}" y="208" text-anchor="${anchor}">${escapeHtml(moment(formatMicros(Math.round(start + share * (end - start)))))}</text>`;
  });
  const expected = lower.length === 0 ? '' : ` The band is where ${Math.round(100 * coverage)} % of the readings were expected.`;
  const ahead = forecast.length === 0 ? '' : ` The dashed line is the forecast of the next ${plural(forecast.length, 'step')}.`;
  const label = `${name}: ${figure(lowest)} to ${figure(highest)}, ${plural(marks.length, 'finding')} marked`;
  return `<figure><figcaption><strong>${escapeHtml(name)}</strong>, ${figure(lowest)} to ${figure(highest)}.${expected}${ahead}</figcaption>
<svg viewBox="0 0 ${WIDTH} 214" role="img" aria-label="${escapeHtml(label)}"><line class="axis" x1="0" y1="${BASE}.5" x2="${WIDTH}" y2="${BASE}.5"/>${band.join('')}${line.join('')}${next}${shapes.join('')}<text class="limit" x="0" y="${TOP - 2}">${figure(most)}</text><text class="limit" x="0" y="${BASE - 4}">${figure(least)}</text>${ticks.join('')}</svg></figure>`;
}

/** Of the readings and of the forecast that is given. */
function extent({ low, high }: ReportedChannel, forecast: ReportedChannel['forecast']): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of [...low, ...high, ...forecast.map((one) => one.value)]) {
    if (value === null || !Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return least > most ? [0, 1] : [least, most];
}

/** Within the chart: an interval that leaves it by far is cut. */
function clamp(y: number): number {
  return Math.min(BASE, Math.max(TOP - 10, y));
}

/** Closed outlines between two lines, one for each stretch without gaps. */
function areas(
  low: readonly (number | null)[],
  high: readonly (number | null)[],
  x: (bin: number) => number,
  y: (value: number) => number,
): string[] {
  const paths: string[] = [];
  for (let i = 0; i < low.length; i++) {
    if (low[i] === null || high[i] === null) continue;
    const from = i;
    while (i + 1 < low.length && low[i + 1] !== null && high[i + 1] !== null) i++;
    const point = (bin: number, value: number | null | undefined) => `${px(x(bin))} ${px(clamp(y(value as number)))}`;
    const upper = Array.from({ length: i - from + 1 }, (_, k) => point(from + k, high[from + k]));
    const lower = Array.from({ length: i - from + 1 }, (_, k) => point(i - k, low[i - k]));
    paths.push(`M${[...upper, ...lower].join('L')}Z`);
  }
  return paths;
}
