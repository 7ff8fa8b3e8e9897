import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Home } from '../contract.ts';
import { openHome } from '../home.ts';
import { alertWrite, DAY, epochCommit, lines, logBatch, TEMPLATES, temporaryFolder } from '../testing/fixtures.ts';

const folder = { path: '', remove: () => {} };
let home: Home;

beforeEach(async () => {
  Object.assign(folder, temporaryFolder());
  home = await openHome(folder.path);
});

afterEach(async () => {
  await home.close();
  folder.remove();
});

const anna = { id: 'u1', name: 'anna', passwordHash: 'h', administrator: true, createdAt: 5, memberships: [] };
const ben = {
  ...anna,
  id: 'u2',
  name: 'ben',
  administrator: false,
  memberships: [
    { tenant: 'b', role: 'viewer' },
    { tenant: 'a', role: 'analyst' },
  ],
};

describe('users of a home', () => {
  it('keeps them over a restart, with their roles', async () => {
    await home.users.accounts.create(anna);
    await home.users.accounts.create(ben);
    await home.close();
    home = await openHome(folder.path);
    const [first, second] = await home.users.accounts.list();
    expect(first).toEqual({
      id: 'u1',
      name: 'anna',
      administrator: true,
      disabled: false,
      createdAt: 5,
      lastSignIn: null,
      memberships: [],
    });
    expect(second?.memberships).toEqual([
      { tenant: 'a', role: 'analyst' },
      { tenant: 'b', role: 'viewer' },
    ]);
  });

  it('refuses a taken name and leaves nobody without administrator', async () => {
    const { accounts } = home.users;
    await accounts.create(anna);
    await accounts.create(ben);
    await expect(accounts.create({ ...anna, id: 'u3' })).rejects.toMatchObject({ code: 'USAGE' });
    await expect(accounts.change('u1', { disabled: true })).rejects.toThrow(/nobody/);
    await expect(accounts.remove('u1')).rejects.toThrow(/nobody/);
    expect((await accounts.get('u1'))?.disabled).toBe(false);
    await accounts.change('u2', { administrator: true });
    expect(await accounts.remove('u1')).toBe(true);
  });

  it('ends sessions and tokens with their user and their time', async () => {
    const { accounts, credentials } = home.users;
    await accounts.create(anna);
    await accounts.create(ben);
    await credentials.addSession('s1', { userId: 'u2', createdAt: 1, expiresAt: 100 });
    await credentials.addSession('s2', { userId: 'u2', createdAt: 1, expiresAt: 200 });
    const token = {
      id: 't1',
      name: 'ci',
      tenant: 'a',
      userId: 'u2',
      scopes: ['alerts:read'],
      createdAt: 1,
      expiresAt: 100,
      lastUsed: null,
    };
    await credentials.addToken('th', token);
    expect(await credentials.session('s1', 99)).toEqual({ userId: 'u2', createdAt: 1, expiresAt: 100 });
    expect(await credentials.session('s1', 100)).toBeUndefined();
    expect(await credentials.token('th', 50)).toEqual(token);
    expect(await credentials.token('th', 100)).toBeUndefined();
    expect(await credentials.revokeToken('b', 't1')).toBe(false);
    await accounts.remove('u2');
    expect(await credentials.session('s2', 50)).toBeUndefined();
    expect(await credentials.tokens('a')).toEqual([]);
  });

  it('uses a link once and in time; a new link replaces the old', async () => {
    const { credentials } = home.users;
    await credentials.addLink('old', 100);
    await credentials.addLink('new', 100);
    expect(await credentials.redeemLink('old', 50)).toBe(false);
    expect(await credentials.redeemLink('new', 100)).toBe(false);
    expect(await credentials.redeemLink('new', 50)).toBe(true);
    expect(await credentials.redeemLink('new', 50)).toBe(false);
  });

  it('counts attempts of every key up to its limit within a time', async () => {
    const { credentials } = home.users;
    const keys = [
      { key: 'anna', limit: 2 },
      { key: 'host', limit: 3 },
    ];
    const together = await Promise.all([1, 2, 3].map((at) => credentials.attempt(keys, 0, at)));
    expect(together).toEqual([true, true, false]);
    expect(await credentials.attempt([{ key: 'host', limit: 3 }], 0, 4)).toBe(true);
    expect(await credentials.attempt([{ key: 'host', limit: 3 }], 0, 5)).toBe(false);
    await credentials.forgive('anna');
    expect(await credentials.attempt(keys, 1, 6)).toBe(true);
  });

  it('pages the audit log, newest first, and keeps samples', async () => {
    const { journal } = home.users;
    for (let at = 1; at <= 5; at++) await journal.audit({ at, by: 'anna', action: 'sign-in', subject: 'anna', detail: '' });
    const page = await journal.auditLog({ limit: 3 });
    expect(page.items.map(({ at }) => at)).toEqual([5, 4, 3]);
    expect((await journal.auditLog({ limit: 3, cursor: page.cursor as string })).items.map(({ at }) => at)).toEqual([2, 1]);
    for (const at of [1, 2, 3]) await journal.addSample('a', { at, body: { rate: at } });
    await journal.pruneSamples(2);
    expect(await journal.samples('a', 0)).toEqual([
      { at: 2, body: { rate: 2 } },
      { at: 3, body: { rate: 3 } },
    ]);
    expect(await journal.samples('b', 0)).toEqual([]);
  });
});

describe('summaries of a tenant', () => {
  it('groups alerts and counts states, severities and verdicts', async () => {
    const tenant = await home.tenant('acme');
    await tenant.alerts.save([
      alertWrite('a1', { severity: 80 }),
      alertWrite('a2', { severity: 20, start: DAY + 9e6 }),
      alertWrite('a3', { severity: 60 }),
    ]);
    await tenant.alerts.setState('a3', 'closed', 'anna', 1);
    await tenant.labels.append({ alertId: 'a1', verdict: 'true-positive', note: '', by: 'anna', at: 1 });
    const [group] = (await tenant.alerts.groups()).items;
    expect(group).toMatchObject({
      id: 'g',
      title: 'unusual session',
      alerts: 3,
      units: 3,
      open: 2,
      entities: 1,
      severity: 80,
      worst: 'a1',
    });
    expect(await tenant.alerts.groups({ state: 'acknowledged' })).toEqual({ items: [], total: 0, alerts: 0 });
    expect(await tenant.alerts.summary()).toEqual({
      states: { open: 2, acknowledged: 0, closed: 1 },
      severities: { low: 1, medium: 0, high: 0, critical: 1 },
      verdicts: { 'true-positive': 1, 'false-positive': 0, benign: 0 },
      notified: 3,
      entities: [{ name: 'web-1', count: 3, severity: 80 }],
      detectors: [{ name: 'sequence', count: 3 }],
      techniques: [{ techniques: ['T1110'], count: 3, open: 2 }],
    });
    expect((await tenant.alerts.summary({ minSeverity: 50 })).states).toEqual({ open: 1, acknowledged: 0, closed: 1 });
  });

  it('pages events newest first, counts them over time and by template', async () => {
    const tenant = await home.tenant('acme');
    await tenant.events.append(logBatch(lines(10)), TEMPLATES);
    await tenant.commitEpoch(epochCommit(1));
    const first = await tenant.events.query({ order: 'newest', limit: 4 });
    expect(first.items.map(({ time }) => (time - DAY) / 1e6)).toEqual([9, 8, 7, 6]);
    const second = await tenant.events.query({ order: 'newest', limit: 10, cursor: first.cursor as string });
    expect(second.items.map(({ time }) => (time - DAY) / 1e6)).toEqual([5, 4, 3, 2, 1, 0]);
    const histogram = await tenant.events.histogram({ from: DAY, to: DAY + 10e6, host: 'web-1' }, 5);
    expect(histogram).toMatchObject({ start: DAY, binMicros: 2_000_000, counts: [1, 1, 1, 1, 1], total: 5 });
    const [template] = await tenant.events.templates({});
    expect(template).toMatchObject({
      template: TEMPLATES[0],
      count: 5,
      parameters: ['user0', '10.0.0.0'],
      firstSeen: DAY,
      lastSeen: DAY + 8e6,
    });
    expect(template?.example).toContain('user0');
    expect((await tenant.events.templates({ from: DAY, to: DAY + 10e6 }, 5)).map(({ counts }) => counts)).toEqual([
      [1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1],
    ]);
    expect(await tenant.events.hosts({ to: DAY + 9e6 })).toEqual([
      { host: 'web-1', count: 5, lastSeen: DAY + 8e6 },
      { host: 'web-2', count: 4, lastSeen: DAY + 7e6 },
    ]);
    await expect(tenant.events.query({ cursor: Buffer.from('["x","","","1"]').toString('base64url') })).rejects.toMatchObject({
      code: 'USAGE',
    });
  });
});
