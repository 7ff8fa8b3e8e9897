import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Home, TenantStore } from './contract.ts';
import { openHome } from './home.ts';
import { alertWrite, DAY, epochCommit, lines, logBatch, TEMPLATES, temporaryFolder } from './testing/fixtures.ts';

const HOUR = 3_600_000_000;
const DAY_MICROS = 24 * HOUR;
let folder: ReturnType<typeof temporaryFolder>;
let home: Home;
let tenant: TenantStore;
beforeEach(async () => {
  folder = temporaryFolder();
  home = await openHome(folder.path);
  tenant = await home.tenant('acme');
});
afterEach(async () => {
  await home.close();
  folder.remove();
});

async function reopen(): Promise<void> {
  await home.close();
  home = await openHome(folder.path);
  tenant = await home.tenant('acme');
}

describe('an epoch', () => {
  it('makes everything visible at once, and it is there after a restart', async () => {
    await tenant.events.append(logBatch(lines(50)), TEMPLATES);
    expect(await tenant.events.count()).toBe(0);
    await tenant.commitEpoch(
      epochCommit(1, {
        positions: [{ source: 'auth', input: 'auth.log', generation: 'g1', offset: 900, line: 51 }],
        alerts: [alertWrite('a1')],
        outbox: [{ alertId: 'a1', sink: 'mail', body: 'text', createdAt: 5 }],
        checkpoints: { 'parser/auth': new Uint8Array([1, 2, 3]) },
        counters: { lines: 50 },
        calibration: [{ detector: 'sequence', source: 'auth', day: '2026-01-02', promised: 0.001, scored: 50, flagged: 1 }],
        reports: [{ name: 'r', input: 'auth.log', createdAt: 1, alerts: 1, files: [] }],
      }),
    );
    for (const restarted of [false, true]) {
      if (restarted) await reopen();
      expect(tenant.epoch).toBe(1);
      expect(await tenant.events.count()).toBe(50);
      expect(await tenant.positions.of('auth')).toEqual([{ input: 'auth.log', generation: 'g1', offset: 900, line: 51 }]);
      expect((await tenant.alerts.get('a1'))?.detection).toEqual(alertWrite('a1').alert.detection);
      expect(await tenant.outbox.due(10, 10)).toMatchObject([{ key: 'a1/mail', body: 'text', attempts: 0 }]);
      expect(await tenant.checkpoints.latest()).toEqual({ 'parser/auth': new Uint8Array([1, 2, 3]) });
      expect(await tenant.journal.counters()).toEqual({ lines: 50 });
      expect(await tenant.journal.calibration('sequence')).toMatchObject([{ scored: 50, flagged: 1 }]);
      expect(await tenant.journal.reports()).toMatchObject([{ name: 'r' }]);
    }
  });

  it('that did not commit leaves nothing behind', async () => {
    await tenant.commitEpoch(epochCommit(1));
    await tenant.deadLetters.append([
      { source: 's', input: 'i', offset: 1, line: 1, reason: 'r', bytes: new Uint8Array(100_000), arrival: 1 },
    ]);
    const stray = ['events/log/day=2026-01-02/e0000000002-0.parquet', 'events/tmp/x', 'checkpoints/0000000002/0.bin', 'dead-letters/x.bin'];
    for (const key of stray) await tenant.bytes.write(key, new Uint8Array(10));
    await reopen();
    expect(tenant.epoch).toBe(1);
    expect(await tenant.bytes.list('events')).toEqual([]);
    expect(await tenant.bytes.list('checkpoints')).toEqual([]);
    expect((await tenant.bytes.list('dead-letters')).length).toBe(1);
    expect((await tenant.deadLetters.list()).items[0]?.bytes.length).toBe(100_000);
  });

  it('is refused out of order, and the same one can be tried again', async () => {
    await tenant.events.append(logBatch(lines(3)), TEMPLATES);
    await expect(tenant.commitEpoch(epochCommit(2))).rejects.toMatchObject({ code: 'INTERNAL' });
    const unusable = { ...alertWrite('a1'), row: 'not bytes and not text' as unknown as Uint8Array };
    await expect(tenant.commitEpoch(epochCommit(1, { alerts: [unusable], counters: { lines: 3 } }))).rejects.toThrow();
    expect(await tenant.journal.counters()).toEqual({});
    await tenant.events.append(logBatch(lines(4, DAY + HOUR)), TEMPLATES);
    await tenant.commitEpoch(epochCommit(1, { counters: { lines: 7 } }));
    expect(await tenant.events.count()).toBe(7);
    await tenant.events.append(logBatch(lines(1, DAY + 2 * HOUR)), TEMPLATES);
    await tenant.commitEpoch(epochCommit(2));
    await reopen();
    expect(await tenant.events.count()).toBe(8);
  });

  it('holds its own events only, whatever is appended meanwhile and however often it is tried', async () => {
    const unusable = { ...alertWrite('a1'), row: 'not bytes and not text' as unknown as Uint8Array };
    const ofEpoch = (epoch: number) => tenant.events.append(logBatch(lines(3), 'auth', `${epoch}.log`), TEMPLATES, { epoch });
    await ofEpoch(1);
    await ofEpoch(2);
    await expect(tenant.commitEpoch(epochCommit(1, { alerts: [unusable] }))).rejects.toThrow();
    await ofEpoch(2);
    const committing = tenant.commitEpoch(epochCommit(1));
    await ofEpoch(2);
    await committing;
    expect(await tenant.events.count()).toBe(3);
    await tenant.commitEpoch(epochCommit(2));
    expect(await tenant.events.count()).toBe(12);
    expect(await tenant.events.count({ input: '2.log' })).toBe(9);
  });

  it('keeps the last checkpoints and the states that alerts start from, with state that did not change', async () => {
    const blob = (n: number) => new Uint8Array([n]);
    await tenant.commitEpoch(epochCommit(1, { checkpoints: { model: blob(1), windows: blob(1) } }));
    for (let epoch = 2; epoch <= 8; epoch++) {
      await tenant.commitEpoch(
        epochCommit(epoch, { checkpoints: { windows: blob(epoch) }, alerts: epoch === 4 ? [alertWrite('a', { epoch: 3 })] : [] }),
      );
    }
    expect(await tenant.checkpoints.epochs()).toEqual([3, 6, 7, 8]);
    expect(await tenant.checkpoints.latest(3)).toEqual({ model: blob(1), windows: blob(3) });
    expect(await tenant.checkpoints.latest()).toEqual({ model: blob(1), windows: blob(8) });
    await expect(tenant.checkpoints.latest(2)).rejects.toMatchObject({ code: 'REPLAY_UNAVAILABLE' });
    expect(await tenant.alerts.removeBefore(DAY * 2)).toBe(1);
    await tenant.commitEpoch(epochCommit(9));
    expect(await tenant.checkpoints.epochs()).toEqual([7, 8, 9]);
    // What is no longer listed is removed behind the commit.
    await expect
      .poll(async () => (await tenant.bytes.list('checkpoints')).map(({ key }) => key))
      .toEqual(['checkpoints/0000000001/0.bin', 'checkpoints/0000000007/0.bin', 'checkpoints/0000000008/0.bin']);
  });

  it('refuses a checkpoint that was changed', async () => {
    await tenant.commitEpoch(epochCommit(1, { checkpoints: { model: new Uint8Array([1, 2]) } }));
    writeFileSync(tenant.bytes.local('checkpoints/0000000001/0.bin'), new Uint8Array([1, 3]));
    await expect(tenant.checkpoints.latest()).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
  });
});

describe('events', () => {
  it('come back as they went in, page by page in time order', async () => {
    await tenant.events.append(logBatch(lines(30, DAY + DAY_MICROS)), TEMPLATES, { transfer: true });
    await tenant.events.append(logBatch(lines(30)), TEMPLATES);
    await tenant.commitEpoch(epochCommit(1));
    const found = [];
    let cursor: string | undefined;
    do {
      const page = await tenant.events.query({ limit: 7, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(found.length).toBe(60);
    expect(found.map((row) => row.time)).toEqual([...found.map((row) => row.time)].sort((a, b) => a - b));
    expect(found[1]).toEqual({
      source: 'auth',
      input: 'auth.log',
      offset: Buffer.byteLength(`${lines(1)[0]?.message}\n`),
      line: 2,
      length: Buffer.byteLength(`${lines(2)[1]?.message}\n`),
      time: DAY + 1_000_000,
      host: 'web-2',
      message: lines(2)[1]?.message,
      template: TEMPLATES[1],
      parameters: ['user1', '10.0.0.1'],
    });
  });

  it('are filtered by time, host, template and literal text', async () => {
    await tenant.events.append(logBatch(lines(30)), TEMPLATES);
    await tenant.commitEpoch(epochCommit(1));
    expect(await tenant.events.count({ from: DAY + 10_000_000, to: DAY + 20_000_000 })).toBe(10);
    expect(await tenant.events.count({ host: 'web-1' })).toBe(15);
    expect(await tenant.events.count({ contains: 'port 4007' })).toBe(1);
    expect(await tenant.events.count({ contains: 'PORT 4007' })).toBe(1);
    expect(await tenant.events.count({ contains: "%' OR true --" })).toBe(0);
    expect(await tenant.events.count({ template: "x' OR '1'='1" })).toBe(0);
    expect(await tenant.events.countByTemplate({ to: DAY + 3_000_000 })).toEqual([
      { template: TEMPLATES[0], count: 2 },
      { template: TEMPLATES[1], count: 1 },
    ]);
    await expect(tenant.events.query({ cursor: 'garbage' })).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('keep hostile text: invalid UTF-8, NUL, separators, absent and impossible times', async () => {
    const batch = logBatch([
      { time: Number.NaN, host: 'h\0st', message: 'nul \0 and \x1f inside', template: -1, parameters: ['\x1f inside'] },
      { time: 1e300, host: '', message: 'bad bytes ##', template: 0, parameters: [] },
      { time: -5_000_000, host: 'ä', message: 'Grüße 日本 𝄞', template: 0, parameters: ['日本'] },
    ]);
    batch.message.bytes.set([0xff, 0xc3], Buffer.from(batch.message.bytes).indexOf('##'));
    await tenant.events.append(batch, TEMPLATES);
    await tenant.commitEpoch(epochCommit(1));
    const { items } = await tenant.events.query({});
    expect(items.map((row) => row.message).sort()).toEqual(['Grüße 日本 𝄞', 'bad bytes \ufffd\ufffd', 'nul \0 and \x1f inside']);
    expect(items[0]).toMatchObject({ time: -5_000_000, parameters: ['日本'], host: 'ä' });
    expect(items.filter((row) => Number.isNaN(row.time)).length).toBe(2);
    expect(items.find((row) => row.message.startsWith('nul'))?.parameters).toEqual(['\x1f inside']);
  });

  it('go by age and by size, but not those an alert needs', async () => {
    for (let day = 0; day < 5; day++) {
      await tenant.events.append(logBatch(lines(20, DAY + day * DAY_MICROS)), TEMPLATES);
      const needs = alertWrite('a', { start: DAY + 5_000_000, epoch: 0 });
      await tenant.commitEpoch(epochCommit(day + 1, { alerts: day === 0 ? [needs] : [] }));
    }
    const now = DAY + 5 * DAY_MICROS;
    const size = await tenant.events.size();
    expect(await tenant.events.retain({ maxAge: 3.5 * DAY_MICROS }, now)).toMatchObject({ removedFiles: 1 });
    expect(await tenant.events.count()).toBe(80);
    const bySize = await tenant.events.retain({ maxBytes: Math.floor(size / 2) }, now);
    expect(bySize.heldBytes).toBeGreaterThan(0);
    expect(await tenant.events.size()).toBeLessThanOrEqual(size / 2);
    expect(await tenant.events.count({ to: DAY + HOUR })).toBe(20);
    await tenant.alerts.removeBefore(now);
    await tenant.events.retain({ maxBytes: 0 }, now);
    expect(await tenant.events.count()).toBe(0);
    expect(await tenant.bytes.list('events')).toEqual([]);
  });

  it('and alerts found in history stay for their age from when they were found', async () => {
    const found = DAY + 1000 * DAY_MICROS;
    await tenant.alerts.save([alertWrite('analysed')], found);
    await tenant.commitEpoch({ ...epochCommit(1, { alerts: [alertWrite('live')] }), at: found });
    expect(await tenant.alerts.removeBefore(found)).toBe(0);
    expect(await tenant.alerts.removeBefore(found + 1)).toBe(2);
  });

  it('stay for their age from their arrival on, however old they were when they came', async () => {
    const arrival = DAY + 1000 * DAY_MICROS;
    await tenant.events.append(logBatch(lines(20, DAY)), TEMPLATES);
    await tenant.commitEpoch({ ...epochCommit(1), at: arrival });
    const maxAge = 30 * DAY_MICROS;
    expect(await tenant.events.retain({ maxAge }, arrival + 29 * DAY_MICROS)).toMatchObject({ removedFiles: 0 });
    expect(await tenant.events.retain({ maxAge }, arrival + 31 * DAY_MICROS)).toMatchObject({ removedFiles: 1 });
  });

  it('file a decade of history by month', async () => {
    await tenant.events.append(logBatch(lines(100, DAY, DAY_MICROS * 30)), TEMPLATES);
    await tenant.commitEpoch(epochCommit(1));
    expect(await tenant.events.count()).toBe(100);
    expect((await tenant.bytes.list('events')).every(({ key }) => /day=\d{4}-\d{2}\//.test(key))).toBe(true);
  });

  it('store features and detections beside', async () => {
    const { detection } = alertWrite('a1').alert;
    const feature = { source: 's', feature: 'f', key: 'k', entity: 'e', start: DAY, end: DAY + 1, columns: ['a', 'b'], values: [1, 2.5] };
    await tenant.events.appendFeatures([feature]);
    await tenant.events.appendDetections([detection]);
    await tenant.commitEpoch(epochCommit(1));
    expect(await tenant.events.features({ feature: 'f' })).toEqual([feature]);
    expect(await tenant.events.detections({ from: DAY, detector: 'sequence' })).toMatchObject([{ id: 'a1', pValue: 0.001, start: DAY }]);
    expect(await tenant.events.detections({ to: DAY })).toEqual([]);
  });

  it('are not kept in mode findings-only', async () => {
    await home.close();
    home = await openHome(folder.path, { events: 'findings-only' });
    tenant = await home.tenant('acme');
    await tenant.events.append(logBatch(lines(5)), TEMPLATES);
    await tenant.commitEpoch(epochCommit(1));
    expect(await tenant.bytes.list('events')).toEqual([]);
  });
});

describe('tenants', () => {
  it('share nothing, and removing one removes its folder only', async () => {
    const other = await home.tenant('other');
    await tenant.alerts.save([alertWrite('a1')]);
    expect(await other.alerts.get('a1')).toBeUndefined();
    expect(await home.tenants()).toEqual(['acme', 'other']);
    await home.removeTenant('acme');
    expect(await home.tenants()).toEqual(['other']);
    expect(await (await home.tenant('acme')).alerts.get('a1')).toBeUndefined();
    await expect(home.removeTenant('nobody')).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('refuse names and keys that could leave their folder', async () => {
    for (const id of ['', '..', 'a/b', '../x', 'A', '-a', 'a'.repeat(65), 'a\0', 'a.b'])
      await expect(home.tenant(id)).rejects.toMatchObject({ code: 'USAGE' });
    for (const key of ['../x', 'a//b', '/a', 'a/..', 'a\\b', 'a\0'])
      await expect(tenant.bytes.read(key)).rejects.toMatchObject({ code: 'USAGE' });
  });

  it('are readable by their owner only', async () => {
    await tenant.events.append(logBatch(lines(5)), TEMPLATES);
    await tenant.commitEpoch(epochCommit(1, { checkpoints: { x: new Uint8Array(1) } }));
    await (await tenant.segments('udp')).append({
      input: 'udp',
      generation: '',
      offset: 0,
      line: 1,
      bytes: new Uint8Array(3),
      arrival: 0,
      last: false,
    });
    const open: string[] = [];
    for (const entry of readdirSync(folder.path, { recursive: true, encoding: 'utf8' })) {
      const { mode } = statSync(join(folder.path, entry));
      if ((mode & 0o077) !== 0 && !entry.endsWith('.db.lock')) open.push(entry);
    }
    expect(open).toEqual([]);
  });
});
