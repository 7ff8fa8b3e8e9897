import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Home, TenantStore } from '../contract.ts';
import { openHome } from '../home.ts';
import { alertWrite, DAY, epochCommit, lines, logBatch, TEMPLATES, temporaryFolder } from '../testing/fixtures.ts';
import { type MergeableFile, nextMerge, SMALL_ROWS } from './merges.ts';

const HOUR = 3_600_000_000;
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

/** Commits epochs of so many rows, one a minute from `at` on. */
async function commit(epochs: number, at: number, rows = 10): Promise<void> {
  for (let i = 0; i < epochs; i++) {
    const epoch = tenant.epoch + 1;
    await tenant.events.append(logBatch(lines(rows, at + i * 60_000_000), 'auth', `${epoch}.log`), TEMPLATES);
    await tenant.commitEpoch({ ...epochCommit(epoch), at: at + (i + 1) * 60_000_000 });
    await tenant.events.merged();
  }
}
const everything = async () => (await tenant.events.query({ limit: 10_000 })).items;

describe('small files', () => {
  it('become one, with the same rows, before and after a restart; what was read before is removed with it', async () => {
    await commit(7, DAY);
    expect(await tenant.events.files({})).toHaveLength(7);
    const before = await everything();
    await commit(1, DAY + 7 * 60_000_000);
    const [merged, ...others] = await tenant.events.files({});
    expect(others).toEqual([]);
    const after = await everything();
    expect(after.slice(0, 70)).toEqual(before);
    expect(after).toHaveLength(80);
    // A reader that was given their paths before still finds them.
    expect(await tenant.bytes.list('events')).toHaveLength(9);
    await home.close();
    home = await openHome(folder.path);
    tenant = await home.tenant('acme');
    expect(await tenant.events.files({})).toEqual([merged]);
    expect(await tenant.bytes.list('events')).toHaveLength(1);
    expect(await everything()).toEqual(after);
    expect(await tenant.events.histogram({}, 4)).toMatchObject({ total: 80, oldest: DAY, newest: DAY + 7 * 60_000_000 + 9_000_000 });
  });

  it('of an hour that is past become one, those of another hour or day another: retention by age stays exact to the hour', async () => {
    await commit(5, DAY);
    await commit(3, DAY + HOUR);
    await commit(9, DAY + 25 * HOUR);
    expect(await tenant.events.files({})).toHaveLength(3);
    const now = DAY + 25 * HOUR + 9 * 60_000_000;
    // What came last in the first hour is 25.1 hours old, in the second 24.1, and in the third just came.
    expect(await tenant.events.retain({ maxAge: 24.5 * HOUR }, now)).toMatchObject({ removedFiles: 1 });
    expect(await tenant.events.count()).toBe(120);
    expect(await tenant.events.retain({ maxAge: 24 * HOUR }, now)).toMatchObject({ removedFiles: 1 });
    expect(await tenant.events.count()).toBe(90);
    const size = await tenant.events.size();
    expect(await tenant.events.retain({ maxBytes: size }, now)).toMatchObject({ removedFiles: 0 });
    expect(await tenant.events.retain({ maxBytes: size - 1 }, now)).toMatchObject({ removedFiles: 1, removedBytes: size });
  });

  it('are kept for an alert that needs rows of one of them', async () => {
    await commit(4, DAY);
    await tenant.alerts.save([alertWrite('a', { start: DAY + 90_000_000, epoch: 1 })]);
    await commit(4, DAY + 4 * 60_000_000);
    expect(await tenant.events.files({})).toHaveLength(1);
    expect(await tenant.events.retain({ maxAge: 1 }, DAY + 100 * HOUR)).toMatchObject({ removedFiles: 0 });
    await tenant.alerts.removeBefore(DAY + 1000 * HOUR);
    expect(await tenant.events.retain({ maxAge: 1 }, DAY + 100 * HOUR)).toMatchObject({ removedFiles: 1 });
  });
});

describe('what is merged next', () => {
  const file = (epoch: number, rows: number, hour = 0, day = 1): MergeableFile => ({
    ...{ key: `events/log/day=2026-01-0${day}/e${epoch}.parquet`, dataset: 'log', rows, bytes: rows, sources: [] },
    ...{ epoch, firstEpoch: epoch, arrivedAt: hour * HOUR, minTime: hour * HOUR, maxTime: hour * HOUR },
  });

  it('comes to an end, leaves few files, and no row is written often', () => {
    const files = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 2 * SMALL_ROWS }), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 2 })),
      {
        maxLength: 300,
      },
    );
    fc.assert(
      fc.property(files, (made) => {
        let listed = made.map(([rows, hour, day], i) => file(i + 1, rows, hour, day));
        const total = listed.reduce((sum, { rows }) => sum + rows, 0);
        let written = 0;
        for (let due = nextMerge(listed, 3 * HOUR); due !== undefined; due = nextMerge(listed, 3 * HOUR)) {
          const group = due;
          const rows = group.reduce((sum, one) => sum + one.rows, 0);
          expect(new Set(group.map(({ key, arrivedAt }) => `${key.slice(0, 22)} ${arrivedAt}`)).size).toBe(1);
          expect(group.every((one) => one.rows < SMALL_ROWS)).toBe(true);
          expect(rows).toBeLessThanOrEqual(5 * SMALL_ROWS);
          written += rows;
          const last = group.at(-1) as MergeableFile;
          listed = [...listed.filter((one) => !group.includes(one)), { ...last, rows, key: `${last.key}+` }];
        }
        expect(listed.reduce((sum, { rows }) => sum + rows, 0)).toBe(total);
        expect(written).toBeLessThanOrEqual(7 * total);
        for (const day of [1, 2])
          for (const hour of [0, 1, 2]) {
            const small = listed.filter(
              ({ key, arrivedAt, rows }) => key.includes(`0${day}/`) && arrivedAt === hour * HOUR && rows < SMALL_ROWS,
            );
            expect(small.length).toBeLessThanOrEqual(1);
          }
      }),
      { numRuns: 100 },
    );
  });
});
