import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkConfig } from '../../src/config/index.ts';
import { type Pipeline, pipelineSchema, startPipeline } from '../../src/pipeline/index.ts';
import type { Response } from '../../src/server/api/contract.ts';
import { type Caller, ServerUnderTest } from '../../src/server/testing/server-under-test.ts';
import { generatedLog } from '../pipeline/generated-log.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-running-'));
const under = new ServerUnderTest();
const { lines } = generatedLog(1100, 5);
const last = 'disk error 5 while writing';
let pipeline: Pipeline | undefined;
let ana: Caller;

beforeAll(async () => {
  const path = join(folder, 'app.log');
  writeFileSync(path, `${lines.join('\n')}\n`);
  const features = { session: { by: 'req-', idle: '10s', lateness: '1s' } };
  const source = { type: 'file', name: 'app', path, pollMs: 20, features, learning: { sessions: 600 }, eventTime: { idle: '500ms' } };
  const retention = { maxAge: '9999d', alertAge: '9999d' };
  const loaded = checkConfig({ tenants: { a: { promisedRate: 0.01, retention, sources: [source] } } }, await pipelineSchema());
  under.clock = Date.now() * 1000;
  await under.start({ config: loaded.config, pipeline: () => pipeline });
  pipeline = await startPipeline(loaded, { home: under.home, program: 'vedette test' });
  under.server.watch();
  const store = await under.home.tenant('a');
  while ((await store.events.count()) < lines.length) await new Promise((resolve) => setTimeout(resolve, 50));
  await pipeline.flush();
  await under.user('ana', { a: 'engineer' });
  ana = await under.browser('ana');
}, 60_000);

afterAll(async () => {
  await pipeline?.stop();
  await under.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function get<N extends 'events' | 'eventHistogram' | 'templates' | 'overview' | 'sources' | 'detectors' | 'groups' | 'alerts'>(
  path: string,
): Promise<Response<N>> {
  const answer = await ana.call('GET', `tenants/a/${path}`);
  if (answer.status !== 200) throw new Error(answer.body);
  return answer.json();
}

describe('what a running pipeline stored', () => {
  it('is found by text and paged newest first without gap or repetition', async () => {
    const expected = lines.filter((line) => line.includes(last)).length;
    const found: string[] = [];
    let cursor: string | undefined;
    do {
      const more = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await get<'events'>(`events?limit=7&contains=${encodeURIComponent(last)}${more}`);
      found.push(...page.items.map(({ time, line }) => `${String(time).padStart(20, '0')} ${String(line).padStart(8, '0')}`));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(expected).toBeGreaterThan(20);
    expect(new Set(found).size).toBe(expected);
    expect(found).toEqual([...found].sort().reverse());
  });

  it('is counted over time and by template, with the text of each', async () => {
    const histogram = await get<'eventHistogram'>('events/histogram?bins=10');
    expect(histogram.total).toBe(lines.length);
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBe(lines.length);
    const { items } = await get<'templates'>('templates');
    expect(items.reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
    const error = items.find(({ text }) => text.includes('disk error'));
    expect(error?.text).toMatch(/disk error <\*> while writing \S*<\*> to shard <\*>/);
    expect(error?.count).toBe(lines.filter((line) => line.includes('disk error')).length);
    const one = await get<'events'>(`events?template=${error?.id}&limit=1`);
    expect(one.items[0]?.message).toContain('disk error');
  });

  it('is summed up in figures that agree with the lists behind them', async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    const overview = await get<'overview'>('overview');
    const alerts = await get<'alerts'>('alerts?limit=1000');
    const groups = await get<'groups'>('groups');
    expect(overview).toMatchObject({ state: 'running', events: { stored: lines.length }, budget: { promisedPerDay: 3 } });
    expect(overview.alerts.open).toBe(alerts.items.length);
    expect(Object.values(overview.severities).reduce((sum, n) => sum + n, 0)).toBe(alerts.items.length);
    expect(groups.items.reduce((sum, group) => sum + group.alerts, 0)).toBe(alerts.items.length);
    expect(alerts.items.length).toBeGreaterThan(0);
    const [detector] = (await get<'detectors'>('detectors')).items;
    expect(detector).toMatchObject({ detector: 'sequence', source: 'app', state: 'ready', progress: 1, promisedRate: 0.01 });
    const [low, high] = detector?.observedInterval ?? [1, 0];
    expect(low).toBeLessThanOrEqual(detector?.observedRate ?? 0);
    expect(high).toBeGreaterThanOrEqual(detector?.observedRate ?? 1);
    const [source] = (await get<'sources'>('sources')).items;
    expect(source).toMatchObject({
      name: 'app',
      type: 'file',
      state: 'reading',
      counters: { records: lines.length },
      sourceCounters: { bytes_left: 0 },
    });
    // One that learns as it goes does so for a day of event time, of which this log has a few minutes.
    const novelty = (await get<'detectors'>('detectors')).items.find(({ need }) => need === 0);
    expect([novelty?.state, (novelty?.readyAt ?? 0) - (alerts.items[0]?.detection.start ?? 0) > 0]).toEqual(['learning', true]);
    expect(novelty?.progress).toBeGreaterThan(0);
    expect(novelty?.progress).toBeLessThan(0.1);
    const metrics = await ana.call('GET', '/metrics');
    expect(metrics.body).toContain(`vedette_source_total{tenant="a",source="app",counter="records"} ${lines.length}`);
    expect((await under.nobody.call('GET', '/readyz')).json()).toMatchObject({
      components: { store: true, pipeline: true, sources: true },
      counts: { sources: { reading: expect.any(Number) }, sinks: { undelivered: 0 } },
    });
  });

  it('is labelled, which running detectors learn, and the label is taken back', async () => {
    const [alert] = (await get<'alerts'>('alerts?order=severity&limit=1')).items;
    const id = alert?.id ?? '';
    expect((await ana.call('PUT', `tenants/a/alerts/${id}/label`, { verdict: 'false-positive', note: 'planned' })).status).toBe(200);
    expect((await ana.call('GET', `tenants/a/alerts/${id}`)).json<{ verdict: string }>().verdict).toBe('false-positive');
    expect((await get<'overview'>('overview')).alerts.verdicts['false-positive']).toBe(1);
    expect((await ana.call('DELETE', `tenants/a/alerts/${id}/label`)).status).toBe(200);
    expect((await ana.call('GET', `tenants/a/alerts/${id}`)).json<{ verdict?: string }>().verdict).toBeUndefined();
    const bulk = await ana.call('POST', 'tenants/a/alerts/bulk', { ids: [id, 'gone'], state: 'closed', verdict: 'benign' });
    expect(bulk.json()).toEqual({ changed: 1, missing: ['gone'], undo: 1 });
    expect((await get<'alerts'>('alerts?state=closed')).items.map((one) => one.id)).toEqual([id]);
    const log = (await ana.call('GET', `tenants/a/labels/log?alert=${id}`)).json<{ items: { verdict?: string; by: string }[] }>();
    expect(log.items.map(({ verdict, by }) => `${verdict} ${by}`)).toEqual(['false-positive ana', 'undefined ana', 'benign ana']);
  });

  it('tells what labels in force change, and nothing once they are taken back', async () => {
    const feedback = async () => (await ana.call('GET', 'tenants/a/feedback')).json<Response<'feedback'>>();
    const alerts = (await get<'alerts'>('alerts?limit=1000')).items;
    for (const { id, verdict } of alerts) if (verdict !== undefined) await ana.call('DELETE', `tenants/a/alerts/${id}/label`);
    expect(await feedback()).toMatchObject({ allowed: [], detectors: [] });

    const of = (detector: string) => alerts.filter(({ detection }) => detection.detector === detector);
    const [wrong] = of('sequence');
    await ana.call('PUT', `tenants/a/alerts/${wrong?.id}/label`, { verdict: 'false-positive', note: 'planned' });
    const told = await feedback();
    expect(told.labels).toEqual({ 'true-positive': 0, 'false-positive': 1, benign: 0 });
    expect(told.allowed).toMatchObject([{ alertId: wrong?.id, title: wrong?.detection.title, entity: null, note: 'planned', by: 'ana' }]);
    const [sequence, ...others] = told.detectors;
    expect(others).toEqual([]);
    expect(sequence).toMatchObject({ source: 'app', detector: 'sequence', known: true, looked: of('sequence').length });
    expect(sequence?.threshold.after).toBeGreaterThanOrEqual(sequence?.threshold.before ?? Number.NaN);
    const labelled = sequence?.alerts.find(({ id }) => id === wrong?.id);
    expect(labelled).toMatchObject({ verdict: 'false-positive', before: { flagged: true }, after: { flagged: false } });
    // The rating without labels is that of the alert, as nothing was learnt since.
    expect(labelled?.before.score).toBeCloseTo(wrong?.detection.score ?? Number.NaN, 6);
    expect(labelled?.after.score).toBeLessThan(labelled?.before.score ?? Number.NaN);
    expect(sequence?.suppressed).toBe(sequence?.alerts.filter(({ before, after }) => before.flagged && !after.flagged).length);
    await ana.call('DELETE', `tenants/a/alerts/${wrong?.id}/label`);
    expect(await feedback()).toMatchObject({ allowed: [], detectors: [] });
  });

  it('gets dead letters that parse at another attempt; the others stay', async () => {
    const store = await under.home.tenant('a');
    const before = await store.events.count();
    const letter = (line: string, offset: number, source = 'app') => ({
      ...{
        source,
        input: 'app.log',
        offset,
        line: offset,
        reason: 'test',
        arrival: under.clock,
        bytes: new TextEncoder().encode(`${line}\n`),
      },
    });
    const [valid = ''] = lines;
    const future = valid.replace(/2026/, '2226');
    expect(future).not.toBe(valid);
    await store.deadLetters.append([letter(valid, 9_000_001), letter(future, 9_000_002), letter(valid, 9_000_003, 'gone')]);
    const { items } = (await ana.call('GET', 'tenants/a/dead-letters')).json<Response<'deadLetters'>>();
    expect(items.map(({ text }) => text.trim())).toEqual([valid, future, valid]);
    const retried = await ana.call('POST', 'tenants/a/dead-letters/retry', { ids: [...items.map(({ id }) => id), 12345] });
    expect(retried.json()).toEqual({ retried: 3, parsed: 1, failedAgain: 2, missing: 1 });
    expect(await store.events.count()).toBe(before + 1);
    expect((await store.deadLetters.counts()).kept).toBe(2);
  });
});
