import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Alert, seededRandom } from '../core/index.ts';
import { ANALYSIS } from '../testing/analysis-options.ts';
import { analyzeInputs } from './analyze.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const BEGIN = Date.UTC(2026, 2, 2);
const HOUR = 3_600_000;

/** Three days of visitors that ask for one page or another, busier by day; `status` of a request and whether it was logged, by time. */
function accessLog(status: (hour: number) => number | undefined): string {
  const random = seededRandom(5);
  const pages = ['/', '/index.html', '/cart', '/about', '/static/app.js', '/static/style.css', '/contact'];
  const lines: string[] = [];
  for (let at = BEGIN; at < BEGIN + 72 * HOUR; ) {
    const hour = (at - BEGIN) / HOUR;
    at += (-Math.log(1 - random()) * 1000) / (0.02 + 0.04 * Math.max(0, Math.sin(((hour - 6) / 12) * Math.PI)));
    const page = pages[Math.floor(pages.length * random())];
    const usual = random() < 0.97 ? 200 : 404;
    const client = `192.0.2.${1 + Math.floor(250 * random())}`;
    const bytes = 200 + Math.floor(8800 * random());
    const given = status((at - BEGIN) / HOUR);
    if (given === undefined) continue;
    const time = new Date(at).toISOString();
    const shown = `${time.slice(8, 10)}/${MONTHS[Number(time.slice(5, 7)) - 1]}/${time.slice(0, 4)}:${time.slice(11, 19)} +0000`;
    lines.push(`${client} - - [${shown}] "GET ${page} HTTP/1.1" ${given === 200 ? usual : given} ${bytes} "-" "Mozilla/5.0"\n`);
  }
  return lines.join('');
}

describe('access logs of independent requests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-access-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function alertsOf(log: string): Promise<Alert[]> {
    const path = join(folder, 'access.log');
    writeFileSync(path, log);
    const found: Alert[] = [];
    for await (const { alerts } of analyzeInputs([path], ANALYSIS)) found.push(...alerts.map(({ alert }) => alert));
    return found;
  }

  it('have nothing but the promised chance findings, none of them critical', async () => {
    const alerts = await alertsOf(accessLog(() => 200));
    // Some 7,000 sessions at a promised 0.1 %.
    expect(alerts.length).toBeLessThan(20);
    expect(alerts.every(({ detection }) => detection.severity < 75)).toBe(true);
    expect(alerts.filter(({ detection }) => /status|quiet/.test(detection.title))).toEqual([]);
  });

  it('show an hour of failed answers, from its first interval on', async () => {
    const alerts = await alertsOf(accessLog((hour) => (hour >= 58 && hour < 59 ? 502 : 200)));
    const [outage] = alerts.filter(({ detection }) => detection.detector === 'rate');
    expect(outage?.detection.title).toMatch(/^status 5xx of source access\.log: \d+ of \d+ lines in 5 minutes, none were seen before\.$/);
    expect(outage?.detection.start).toBe((BEGIN + 58 * HOUR) * 1000);
    expect(outage?.detection.severity).toBeGreaterThanOrEqual(50);
  });

  it('show six hours of silence as one finding from its beginning on, and nothing in what comes after', async () => {
    const alerts = await alertsOf(accessLog((hour) => (hour >= 58 && hour < 64 ? undefined : 200)));
    const rate = alerts.filter(({ detection }) => detection.detector === 'rate');
    expect(rate.map(({ detection }) => detection.title)).toEqual([
      expect.stringMatching(/^source access\.log has gone quiet: no line in 5 minutes, about 1\d expected\.$/),
    ]);
    expect(Math.abs((rate[0]?.detection.start as number) / 1000 - (BEGIN + 58 * HOUR))).toBeLessThan(HOUR / 12);
  });
});
