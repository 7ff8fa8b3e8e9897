import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openHome, restoreBackup, writeBackup } from '../index.ts';
import { alertWrite, DAY, epochCommit, lines, logBatch, TEMPLATES } from '../testing/fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-backup-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'home.tar');

it('keeps everything as of one moment, also while the home goes on, and gives it back', async () => {
  const home = await openHome(join(folder, 'home'));
  const tenant = await home.tenant('a');
  await tenant.alerts.save([alertWrite('first')]);
  await tenant.labels.append({ alertId: 'first', verdict: 'benign', note: 'n', by: 'b', at: DAY });
  await tenant.events.append(logBatch(lines(50)), TEMPLATES);
  await tenant.commitEpoch(epochCommit(1));
  await tenant.bytes.write('models/m/1/model.bin', new Uint8Array(3));
  await home.users.accounts.create({ id: 'u', name: 'ana', passwordHash: 'h', administrator: true, createdAt: DAY, memberships: [] });
  const snapshot = await home.snapshot();
  await tenant.alerts.save([alertWrite('second')]);
  await tenant.events.append(logBatch(lines(50)), TEMPLATES);
  await tenant.commitEpoch(epochCommit(2));
  const { files } = await writeBackup(snapshot, file, 'p', DAY);
  expect(files).toBeGreaterThan(3);
  rmSync(snapshot, { recursive: true });
  await home.close();

  await restoreBackup(file, join(folder, 'again'));
  const again = await openHome(join(folder, 'again'));
  const kept = await again.tenant('a');
  expect([kept.epoch, await kept.events.count(), await kept.alerts.count()]).toEqual([1, 50, 1]);
  expect((await kept.alerts.get('first'))?.verdict).toBe('benign');
  expect(await kept.bytes.read('models/m/1/model.bin')).toHaveLength(3);
  expect((await again.users.accounts.list()).map(({ name }) => name)).toEqual(['ana']);
  await again.close();
});

it('leaves no snapshot of a backup that was killed an hour ago, and touches none that is read now', async () => {
  const path = join(folder, 'abandoned');
  const home = await openHome(path);
  await home.tenant('a');
  const [killed, read] = [await home.snapshot(), await home.snapshot()];
  await home.close();
  const before = new Date(Date.now() - 2 * 3_600_000);
  utimesSync(killed, before, before);
  await (await openHome(path)).close();
  expect([existsSync(killed), existsSync(read)]).toEqual([false, true]);
});

it('refuses a home that is not empty, and whatever is cut off, changed or leads elsewhere', async () => {
  await expect(restoreBackup(file, join(folder, 'again'))).rejects.toThrow(/not empty/);
  const whole = readFileSync(file);
  const bad = join(folder, 'bad.tar');
  const target = join(folder, 'bad');
  for (const at of [100, 700, whole.length >> 1, whole.length - 3000]) {
    writeFileSync(bad, whole.subarray(0, at));
    await expect(restoreBackup(bad, target)).rejects.toMatchObject({ code: 'STORE_CORRUPT' });
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] as number) ^ 0x5a;
    writeFileSync(bad, changed);
    const outcome = await restoreBackup(bad, target).then(
      () => 'restored',
      (error: { code?: string }) => error.code,
    );
    // Padding between members may change without harm.
    expect(['restored', 'STORE_CORRUPT']).toContain(outcome);
    rmSync(target, { recursive: true, force: true });
  }
  const evil = join(folder, 'evil');
  mkdirSync(join(evil, 'x'), { recursive: true });
  writeFileSync(join(evil, 'x', 'yy'), 'z');
  await writeBackup(evil, join(folder, 'evil.tar'), 'p', 0);
  const text = readFileSync(join(folder, 'evil.tar'));
  text.write('../yy', 0);
  const sum = text.subarray(0, 512).reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  text.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  writeFileSync(bad, text);
  await expect(restoreBackup(bad, target)).rejects.toThrow(/names a file/);
});
