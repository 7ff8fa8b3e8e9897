import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertWrite, DAY, epochCommit, incident, lines, logBatch, TEMPLATES } from '../../store/testing/fixtures.ts';
import { type Caller, ServerUnderTest } from '../testing/server-under-test.ts';

const HOSTILE = '<script>alert(1)</script>\r\nX-Evil: 1';
const under = new ServerUnderTest();
let ana: Caller;

beforeAll(async () => {
  await under.start({
    async prepare(home) {
      const a = await home.tenant('a');
      const [first] = lines(1);
      await a.events.append(logBatch([{ ...(first as NonNullable<typeof first>), message: HOSTILE, parameters: [] }]), TEMPLATES);
      await a.commitEpoch(epochCommit(1));
      const { items } = await a.events.query({ source: 'auth', limit: 1 });
      const { input, line, offset, length, time } = items[0] as (typeof items)[0];
      const { alert, row } = alertWrite('a1', { title: HOSTILE });
      const detection = { ...alert.detection, entity: HOSTILE, evidence: [{ input, line, offset, length, time }] };
      await a.alerts.save([{ alert: { ...alert, detection }, row }, alertWrite('../../../etc/passwd"\r\nx', {})]);
      await a.labels.append({ alertId: 'a1', verdict: 'true-positive', note: HOSTILE, by: 'ana', at: DAY });
      const evidence = {
        alertId: 'a1',
        time: DAY,
        type: 't',
        title: HOSTILE,
        detector: 'd',
        host: HOSTILE,
        surprise: 1,
        hostBins: 0,
        typeBins: 0,
        bins: 1,
      };
      await a.incidents.save([
        incident('i1', { tenant: 'a', sentence: HOSTILE, hosts: [HOSTILE], techniques: ['T1110'], evidence: [evidence] }),
      ]);
    },
  });
  await under.user('ana', { a: 'viewer' });
  ana = await under.browser('ana');
}, 60_000);

afterAll(() => under.stop());

const get = (path: string) => ana.call('GET', `tenants/a/${path}`);

describe('exports', () => {
  it('give an alert with its raw lines and labels', async () => {
    const found = (await get('alerts/a1/export/json')).json<{
      alert: { id: string };
      lines: { text: string }[];
      labels: { note: string }[];
    }>();
    expect(found.alert.id).toBe('a1');
    expect(found.lines.map(({ text }) => text)).toEqual([HOSTILE]);
    expect(found.labels.map(({ note }) => note)).toEqual([HOSTILE]);
  });

  it('give an incident with the alerts that are its evidence', async () => {
    const found = (await get('incidents/i1/export/json')).json<{ incident: { id: string }; alerts: { id: string }[] }>();
    expect([found.incident.id, ...found.alerts.map(({ id }) => id)]).toEqual(['i1', 'a1']);
    const { objects } = (await get('incidents/i1/export/stix')).json<{ objects: { type: string }[] }>();
    expect(new Set(objects.map(({ type }) => type))).toEqual(
      new Set(['identity', 'incident', 'attack-pattern', 'relationship', 'observed-data', 'sighting', 'note', 'file']),
    );
  });

  it.each([
    ['alerts/a1', 'json', 'application/json; charset=utf-8', 'alert-a1.json'],
    ['alerts/a1', 'stix', 'application/stix+json; version=2.1; charset=utf-8', 'alert-a1.stix.json'],
    ['alerts/a1', 'ocsf', 'application/json; charset=utf-8', 'alert-a1.ocsf.json'],
    ['alerts/a1', 'ecs', 'application/json; charset=utf-8', 'alert-a1.ecs.json'],
    ['alerts/a1', 'pdf', 'application/pdf', 'alert-a1.pdf'],
    ['incidents/i1', 'json', 'application/json; charset=utf-8', 'incident-i1.json'],
    ['incidents/i1', 'stix', 'application/stix+json; version=2.1; charset=utf-8', 'incident-i1.stix.json'],
    ['incidents/i1', 'ocsf', 'application/json; charset=utf-8', 'incident-i1.ocsf.json'],
    ['incidents/i1', 'pdf', 'application/pdf', 'incident-i1.pdf'],
  ])('of %s as %s are downloads that no browser runs', async (path, format, type, file) => {
    const { status, headers, body } = await get(`${path}/export/${format}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': type,
      'content-disposition': `attachment; filename="${file}"`,
      'x-content-type-options': 'nosniff',
    });
    expect(headers['content-security-policy']).toContain('sandbox');
    expect(headers['x-evil']).toBeUndefined();
    if (format !== 'pdf') expect(JSON.stringify(JSON.parse(body))).toContain('alert(1)');
  });

  it('name files harmlessly whatever the id holds, and know no other format or alert', async () => {
    const { status, headers } = await get(`alerts/${encodeURIComponent('../../../etc/passwd"\r\nx')}/export/json`);
    expect(status).toBe(200);
    expect(headers['content-disposition']).toMatch(/^attachment; filename="alert-[A-Za-z0-9_-]+\.json"$/);
    expect((await get('alerts/a1/export/html')).status).toBe(400);
    expect((await get('alerts/a1/export/..%2f..%2fmeta.db')).status).toBe(400);
    expect((await get('alerts/none/export/pdf')).status).toBe(404);
    expect((await get('incidents/none/export/pdf')).status).toBe(404);
  });
});
