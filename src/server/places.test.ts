import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { placesOf } from '../core/index.ts';
import { loadComponents } from '../pipeline/index.ts';
import { type Operation, operationsOf } from './testing/operations.ts';
import { type Caller, ServerUnderTest, twoTenants } from './testing/server-under-test.ts';

/** What a file of this machine holds that no tenant may see. */
const CANARY = 'canary-of-this-machine';
/** Names that options of components which read or reach something have. */
const NAMES = [
  'rules',
  'path',
  'paths',
  'file',
  'folder',
  'data',
  'caFile',
  'keyFile',
  'namesFile',
  'endpoint',
  'url',
  'bucket',
  'command',
];
/** Routes of the home's administrator and of the command line are theirs to use. */
const THEIRS = /^(administrator|the command line|control)/i;

const under = new ServerUnderTest();
const callers: Caller[] = [];
let root: Caller;
let operations: readonly Operation[] = [];
let places: string[] = [];
let own = '';

beforeAll(async () => {
  own = join(under.folder, 'own-rules');
  const config = twoTenants();
  const { b } = config.tenants;
  if (b === undefined) throw new Error('no tenant b');
  await under.start({ config: { ...config, tenants: { ...config.tenants, b: { ...b, signatures: [{ type: 'sigma', rules: own }] } } } });
  await under.user('root', {}, true);
  for (const role of ['viewer', 'analyst', 'engineer', 'admin'] as const) {
    await under.user(role, { b: role });
    callers.push(await under.browser(role));
  }
  callers.push(await under.token('root', 'b', ['settings:read', 'settings:write', 'models:write', 'alerts:read', 'events:read']));
  root = await under.browser('root');
  operations = await operationsOf(under);
  mkdirSync(own);
  writeFileSync(join(own, 'one.yml'), `title: ${CANARY}`);
  const file = join(under.folder, 'secret');
  writeFileSync(file, `${CANARY}\n`.repeat(100));
  const pipe = join(under.folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  places = [file, pipe, '/dev/zero', join(under.folder, 'absent'), `http://169.254.169.254/${CANARY}`];
}, 60_000);
afterAll(() => under.stop());

/** A body with an option that names a place, wherever it takes options. */
function naming(body: object, name: string, place: string): object[] {
  const bodies: object[] = [{ ...body, [name]: place }];
  for (const [key, value] of Object.entries(body))
    if (typeof value === 'object' && !Array.isArray(value)) bodies.push({ ...body, [key]: { ...value, [name]: place } });
  if ('detector' in body) {
    if (typeof body.detector === 'object') bodies.push({ ...body, detector: { type: 'sigma', [name]: place } });
    else bodies.push({ ...body, options: { [name]: place } }, { ...body, detector: 'sigma', options: { [name]: place } });
  }
  return bodies;
}

describe('a place on this machine', () => {
  it('is named by nobody below its administrator: every route refuses it, reads nothing and tells nothing', {
    timeout: 120_000,
  }, async () => {
    let refused = 0;
    for (const { method, path, inB, body, access, upload, tenant } of operations) {
      // Where a body is not read, nothing in it is looked at.
      if (!tenant || upload || THEIRS.test(access) || Object.keys(body ?? {}).length === 0) continue;
      for (const name of NAMES) {
        for (const place of name === 'rules' ? places : places.slice(0, 2)) {
          for (const sent of naming(body as object, name, place)) {
            for (const caller of callers) {
              const answer = await caller.call(method, inB, sent);
              // What a validation finds wrong is an answer.
              const isRefused = answer.status >= 400 ? answer.status < 500 : (answer.json() as { valid?: boolean }).valid === false;
              expect(`${method} ${path} ${JSON.stringify(sent)} ${answer.status} ${isRefused}`).toMatch(/true$/);
              expect(answer.body.replaceAll(place, '')).not.toContain(CANARY);
              refused++;
            }
          }
        }
      }
    }
    expect(refused).toBeGreaterThan(1_000);
    expect(under.logged.join('\n')).not.toContain(CANARY);
    expect((await under.nobody.call('GET', '/healthz')).status).toBe(200);
  });

  it('may be one that the configuration of the tenant names', async () => {
    const check = (caller: Caller, rules: string, tenant = 'b') =>
      caller.call('POST', `tenants/${tenant}/detectors/validate`, { detector: { type: 'sigma', rules } });
    const [viewer] = callers as [Caller];
    const allowed = await check(viewer, own);
    expect([allowed.status, allowed.json()]).toEqual([200, expect.objectContaining({ valid: true })]);
    expect((await check(viewer, `${own}/../own-rules`)).status).toBe(403);
    const { status, body } = await check(viewer, places[0] as string);
    expect([status, body]).toEqual([403, expect.stringContaining('ask an administrator')]);
  });

  it('that is wrong is told to the administrator, in time, without what it holds', { timeout: 60_000 }, async () => {
    for (const rules of places) {
      const sent = { detector: { type: 'sigma', rules } };
      const validated = await root.call('POST', 'tenants/b/detectors/validate', sent);
      expect(`${rules} ${validated.status}`).toBe(`${rules} 400`);
      expect(validated.body.replaceAll(rules, '')).not.toContain(CANARY);
    }
    const absent = { detector: 'sigma', options: { rules: '/dev/zero' }, source: 'auth' };
    expect((await root.call('POST', 'tenants/b/jobs/backtest', absent)).status).toBe(400);
    expect(under.logged.join('\n')).not.toContain(CANARY);
  });

  it('is marked as such in the schema of every detector that has one', async () => {
    const { detectors } = await loadComponents();
    const names = new RegExp(`^(${NAMES.join('|')}|.*(File|Path|Folder|Url))$`);
    const named: string[] = [];
    for (const { name, config } of detectors.values()) {
      const { properties = {} } = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
      const options = Object.keys(properties).filter((option) => names.test(option));
      named.push(...options.map((option) => `${name} ${option}`));
      expect(placesOf(config)).toEqual(options);
    }
    expect(named).toEqual(['sigma rules']);
  });
});
