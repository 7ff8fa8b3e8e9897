import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertWrite, DAY } from '../store/testing/fixtures.ts';
import { ethernet, ipv4, pcap, udp } from '../testing/packets.ts';
import type { Response } from './api/contract.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';

const under = new ServerUnderTest();
let analyst: Caller;
let root: Caller;

beforeAll(async () => {
  await under.start({
    prepare: async (home) => {
      const a = await home.tenant('a');
      const writes = Array.from({ length: 30 }, (_, i) => {
        const { alert, row } = alertWrite(`alert-${i}`, { severity: (i * 10) % 100 });
        return { row, alert: { ...alert, tenant: 'a', detection: { ...alert.detection, entity: `10.0.${i % 3}.${i}` } } };
      });
      await a.alerts.save(writes);
      await a.labels.append({ alertId: 'alert-1', verdict: 'true-positive', note: '', by: 'x', at: DAY });
    },
  });
  await under.user('ana', { a: 'analyst' });
  await under.user('root', {}, true);
  analyst = await under.browser('ana');
  root = await under.browser('root');
}, 60_000);
afterAll(() => under.stop());

describe('suppression rules', () => {
  it('show what they would have hidden, then are kept, changed and removed, with an audit entry each', async () => {
    const rule = { match: { entity: '10.0.1.0/24' }, reason: 'lab network' };
    const preview = (await analyst.call('POST', 'tenants/a/suppressions/preview', rule)).json<Record<string, number>>();
    expect(preview).toMatchObject({ looked: 30, matched: 10, truePositives: 1, entities: 10 });
    const added = (await analyst.call('POST', 'tenants/a/suppressions', rule)).json<{ id: string; active: boolean }>();
    expect(added.active).toBe(true);
    const changed = await analyst.call('PUT', `tenants/a/suppressions/${added.id}`, { ...rule, expires: 1 });
    expect(changed.json<{ active: boolean }>().active).toBe(false);
    expect((await analyst.call('GET', 'tenants/a/suppressions')).json<{ items: object[] }>().items).toHaveLength(1);
    expect((await analyst.call('DELETE', `tenants/a/suppressions/${added.id}`)).status).toBe(200);
    expect((await analyst.call('DELETE', `tenants/a/suppressions/${added.id}`)).status).toBe(404);
    const audit = (await root.call('GET', 'tenants/a/audit')).json<{ items: { action: string }[] }>();
    expect(audit.items.map(({ action }) => action)).toEqual(['suppression removed', 'suppression changed', 'suppression added']);
  });

  it('match any text by * in every field', async () => {
    for (const [field, pattern, matched] of [
      ['title', '*', 30],
      ['source', 'no*', 0],
      ['detector', '*', 30],
      ['key', '*', 30],
      ['group', '*', 30],
      ['entity', 'host/*', 0],
      ['entity', '10.0.1.*', 10],
    ] as const) {
      const answer = await analyst.call('POST', 'tenants/a/suppressions/preview', { match: { [field]: pattern }, reason: 'r' });
      expect([field, answer.status, answer.json<{ matched: number }>().matched]).toEqual([field, 200, matched]);
    }
  });

  it('refuse rules that match everything, zones and networks that there are not, and bad hours', async () => {
    const base = { match: { entity: 'x' }, reason: 'r' };
    for (const bad of [
      { ...base, match: {} },
      { ...base, schedule: { days: [1], start: '1:00', end: '02:00' } },
      { ...base, schedule: { days: [1], start: '01:00', end: '02:00', timezone: 'No/Where' } },
      { ...base, match: { entity: '10.0.1.0/99' } },
      { ...base, except: [{ entity: 'fd00::/200' }] },
    ])
      expect((await analyst.call('POST', 'tenants/a/suppressions', bad)).status).toBe(400);
  });
});

describe('components tried out', () => {
  it('sends a signed sample alert to a webhook, and says why one cannot be reached', async () => {
    const seen: string[] = [];
    const receiver = createServer((request, response) => {
      let body = '';
      request
        .on('data', (chunk) => (body += chunk))
        .on('end', () => {
          seen.push(`${request.headers['x-vedette-signature'] !== undefined} ${body.includes('Test of alert delivery')}`);
          response.end();
        });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
    const sent = await root.call('POST', 'tenants/a/sinks/test', { sink: { type: 'webhook', endpoint, secret: 'k' } });
    receiver.close();
    expect(sent.json()).toMatchObject({ delivered: true, error: '' });
    expect(seen).toEqual(['true true']);
    const failed = (await root.call('POST', 'tenants/a/sinks/test', { sink: { type: 'webhook', endpoint } })).json<{
      delivered: boolean;
      hint: string;
    }>();
    expect(failed).toMatchObject({ delivered: false, hint: expect.stringContaining('check the address') });
    expect((await analyst.call('POST', 'tenants/a/sinks/test', { sink: { type: 'webhook', endpoint } })).status).toBe(403);
  });

  it('previews parsed rows of a source, and says what to check when nothing arrives', async () => {
    const path = join(under.folder, 'auth.log');
    writeFileSync(
      path,
      Array.from(
        { length: 20 },
        (_, i) => `Jan  5 10:00:${10 + i} web sshd[${100 + i}]: Failed password for root from 10.0.0.${i} port 22 ssh2\n`,
      ).join(''),
    );
    const seen = await root.call('POST', 'tenants/a/sources/preview', { source: { type: 'file', path }, records: 5, seconds: 2 });
    const { rows, advice, error } = seen.json<{
      rows: { host: string; component: string; parameters: string[] }[];
      advice: string[];
      error: string;
    }>();
    expect([rows.length, advice, error]).toEqual([5, [], '']);
    expect(rows[0]).toMatchObject({ host: 'web', message: expect.stringContaining('Failed password') });
    const silent = await root.call('POST', 'tenants/a/sources/preview', {
      source: { type: 'syslog', udpPort: 0 },
      seconds: 0.5,
    });
    expect(silent.json<{ advice: string[] }>().advice.join(' ')).toContain('for this machine only');
    const absent = await root.call('POST', 'tenants/a/sources/preview', {
      source: { type: 'file', path: '/nowhere/at/all.log' },
      seconds: 0.5,
    });
    expect(absent.json<{ records: number; advice: string[] }>()).toMatchObject({ records: 0, advice: [expect.any(String)] });
    expect(
      (await root.call('POST', 'tenants/a/sources/preview', { source: { type: 'oracle' } })).json<{ error: string }>().error,
    ).toContain('no source');
  });

  it('previews records of every kind that a source may give', async () => {
    const seen = async (source: object) =>
      (await root.call('POST', 'tenants/a/sources/preview', { source, records: 5, seconds: 2 })).json<Response<'previewSource'>>();
    const readings = join(under.folder, 'readings.csv');
    writeFileSync(
      readings,
      `time,device,temperature\n${Array.from({ length: 9 }, (_, i) => `2026-01-05T10:00:0${i}Z,boiler,${20 + i}`).join('\n')}\n`,
    );
    const series = await seen({ type: 'file', path: readings, records: 'readings', parser: { format: 'series' } });
    expect(series.error).toBe('');
    expect(series.rows[0]).toMatchObject({ component: 'reading', message: 'temperature = 20' });

    const eve = join(under.folder, 'eve.json');
    const signature = { timestamp: '2026-01-01T10:00:00.000000+0000', event_type: 'alert', src_ip: '10.0.0.5', src_port: 4444 };
    const alert = { dest_ip: '10.0.0.9', dest_port: 445, proto: 'TCP', alert: { signature_id: 1, signature: 'EXPLOIT', severity: 1 } };
    writeFileSync(eve, `${JSON.stringify({ ...signature, ...alert })}\n`);
    const sensor = await seen({ type: 'file', path: eve, records: 'sensor' });
    expect(sensor.rows.map(({ component, message }) => `${component} ${message}`).join()).toMatch(/signature .*10\.0\.0\.5.*EXPLOIT/);

    const capture = join(under.folder, 'tap.pcap');
    const datagram = ipv4({ from: '10.0.0.1', to: '10.0.0.2', protocol: 17, payload: udp(1234, 53, new Uint8Array(9)) });
    writeFileSync(capture, pcap([{ time: 1_760_000_000_000_000, bytes: ethernet(0x0800, datagram) }]));
    const packets = await seen({ type: 'file', path: capture, records: 'packets' });
    expect(packets.rows[0]).toMatchObject({ component: 'flow', message: expect.stringContaining('10.0.0.1') });
    expect(await seen({ type: 'syslog', udpPort: 0, records: 'packets' })).toMatchObject({ error: expect.stringContaining('not packets') });

    // Whoever does not say what a file holds is told.
    const capturedRow = expect.arrayContaining([expect.objectContaining({ component: 'flow' })]);
    expect(await seen({ type: 'file', path: capture })).toMatchObject({
      holds: 'packets',
      rows: capturedRow,
      advice: [expect.any(String)],
    });
    expect(await seen({ type: 'file', path: eve })).toMatchObject({ holds: 'sensor', rows: [{ component: 'signature' }] });
    const noise = join(under.folder, 'noise.pcap');
    writeFileSync(
      noise,
      Uint8Array.from({ length: 4000 }, (_, i) => (i * 197 + (i >> 3) * 31) % 256),
    );
    expect(await seen({ type: 'file', path: noise })).toMatchObject({ holds: 'no text', advice: [expect.stringContaining('no text')] });
    const unreadable = await seen({ type: 'file', path: noise, records: 'packets' });
    expect(unreadable).toMatchObject({ holds: '', rows: [], advice: [expect.stringContaining('pcapng')] });
    const down = await seen({ type: 'prometheus-scrape', targets: ['http://127.0.0.1:9/metrics'] });
    expect(down).toMatchObject({ said: [expect.stringMatching(/127\.0\.0\.1:9 .*: .+/)], advice: [expect.stringContaining('curl')] });
  });

  it('checks the options of detectors and describes every component', async () => {
    const check = (detector: object) => analyst.call('POST', 'tenants/a/detectors/validate', { detector });
    expect((await check({ type: 'sequence' })).json()).toMatchObject({ valid: true, worksOn: ['sequences'], options: { order: 8 } });
    expect((await check({ type: 'sequence', order: 'x' })).json()).toMatchObject({ valid: false, problems: [{ path: 'order' }] });
    expect((await check({ type: 'oracle' })).status).toBe(400);
    const { sinks, sources } = (await analyst.call('GET', 'tenants/a/components')).json<Response<'components'>>();
    expect(sources.find(({ name }) => name === 'file')?.records).toEqual(['lines', 'packets', 'readings', 'sensor']);
    expect(sources.find(({ name }) => name === 'syslog')?.records).toEqual(['lines']);
    expect(Object.keys(sinks.find(({ name }) => name === 'webhook')?.schema.properties ?? {})).toContain('endpoint');
  });
});
