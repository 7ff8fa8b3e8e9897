import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Alert } from '../core/index.ts';
import type { ModelEntry, TenantStore } from '../store/index.ts';
import { openSqlite } from '../store/relational/database.ts';
import { MIGRATIONS } from '../store/relational/migrations.ts';
import { alertWrite, DAY, incident } from '../store/testing/fixtures.ts';
import type { JobBody } from './api/schema/jobs.ts';
import { writeJob } from './jobs/job-files.ts';
import { type Caller, ServerUnderTest } from './testing/server-under-test.ts';

const JOB: JobBody = {
  ...{ id: '0123456789abcdef0123456789abcdef', kind: 'train', state: 'done', detector: 'deeplog', model: 'web@1', by: 'ana' },
  ...{ createdAt: DAY, startedAt: DAY, finishedAt: DAY, progress: 1, step: '', minutesLeft: null, losses: [{ share: 1, loss: 0.25 }] },
  ...{ arguments: { detector: 'deeplog' }, result: { model: 'web@1' }, error: '', attempts: 1 },
};
const MODEL: ModelEntry = { name: 'web', version: 1, detector: 'deeplog', createdAt: DAY };
const HEADER =
  'id, detector, source, entity, alert_group, start_at, end_at, last_seen, severity, notified, state, epoch, lineage_epoch, body, scored_row';

/** A tenant's store as a program of that schema version left it: its schema, rows written in its own words. */
async function writeOldStore(folder: string, version: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const database = await openSqlite(join(folder, 'meta.db'));
  for (const step of MIGRATIONS.slice(0, version)) database.script(step);
  database.script(`PRAGMA user_version = ${version}`);
  for (const id of ['labelled', 'other']) {
    const { alert, row } = alertWrite(id, { title: `title of ${id}` });
    const { detection } = alert;
    const columns = [
      id,
      detection.detector,
      detection.source,
      detection.entity,
      alert.group,
      detection.start,
      detection.end,
      alert.lastSeen,
    ];
    const marks = Array.from({ length: 15 }, () => '?').join(', ');
    database.run(`INSERT INTO alerts (${HEADER}) VALUES (${marks})`, [
      ...columns,
      ...[detection.severity, 1, 'open', 0, 0, JSON.stringify({ ...alert, tenant: 'a' }), row],
    ]);
  }
  database.run("UPDATE alerts SET state = 'closed', state_by = 'ana', state_at = ? WHERE id = 'other'", [DAY]);
  for (const verdict of ['false-positive', 'true-positive'])
    database.run('INSERT INTO labels (alert_id, verdict, note, by, at) VALUES (?, ?, ?, ?, ?)', ['labelled', verdict, 'seen', 'ana', DAY]);
  database.run('INSERT INTO models (name, version, body) VALUES (?, ?, ?)', [MODEL.name, MODEL.version, JSON.stringify(MODEL)]);
  database.run('INSERT INTO audit (at, body) VALUES (?, ?)', [
    DAY,
    JSON.stringify({ at: DAY, by: 'ana', action: 'labelled', subject: 'labelled', detail: '' }),
  ]);
  database.close();
}

describe('a home of an older schema', () => {
  let under: ServerUnderTest;
  afterEach(() => under.stop());

  async function expectKept(ana: Caller, store: TenantStore): Promise<void> {
    const { items } = (await ana.call('GET', 'tenants/a/alerts')).json<{ items: Alert[] }>();
    expect(items.map(({ id, state, verdict, detection }) => ({ id, state, verdict, title: detection.title }))).toEqual([
      { id: 'labelled', state: 'open', verdict: 'true-positive', title: 'title of labelled' },
      { id: 'other', state: 'closed', verdict: undefined, title: 'title of other' },
    ]);
    expect(
      (await ana.call('GET', 'tenants/a/labels/log')).json<{ items: { verdict: string }[] }>().items.map(({ verdict }) => verdict),
    ).toEqual(['false-positive', 'true-positive']);
    const [labelled] = await store.labels.inForce();
    expect(new TextDecoder().decode(labelled?.row)).toBe('row of labelled');
    expect((await ana.call('GET', 'tenants/a/jobs')).json<{ items: JobBody[] }>().items).toEqual([JOB]);
    expect(await store.journal.models()).toEqual([MODEL]);
    expect((await ana.call('GET', 'tenants/a/audit')).json<{ items: { action: string }[] }>().items.map(({ action }) => action)).toContain(
      'labelled',
    );
  }

  it.each(MIGRATIONS.slice(0, -1).map((_, i) => i + 1))(
    'version %i keeps alerts, states, labels, training history, models and audit, and takes what is new',
    async (version) => {
      under = new ServerUnderTest();
      await writeOldStore(join(under.folder, 'home', 'tenants', 'a'), version);
      await under.start({ prepare: async (home) => writeJob(await home.tenant('a'), JOB) });
      await under.user('ana', { a: 'admin' });
      await expectKept(await under.browser('ana'), await under.home.tenant('a'));

      const store = await under.home.tenant('a');
      await store.incidents.save([incident('i1', { tenant: 'a' })]);
      await store.settings.put('suppression/0123456789abcdef', {}, 'ana', DAY);
      await under.restart();
      const again = await under.home.tenant('a');
      await expectKept(await under.browser('ana'), again);
      expect((await again.incidents.get('i1'))?.id).toBe('i1');
      expect((await again.settings.list('suppression/')).length).toBe(1);
    },
    30_000,
  );
});
