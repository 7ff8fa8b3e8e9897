import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openHome } from '../../store/index.ts';
import { openOperations } from './open-operations.ts';

describe('a home that another command holds', () => {
  const home = mkdtempSync(join(tmpdir(), 'vedette-held-'));
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('is waited for, and refused when it is not given back', async () => {
    const holder = await openHome(home);
    await expect(openOperations({ home, tenant: 'default' }, 0)).rejects.toMatchObject({ code: 'HOME_LOCKED' });
    const waiting = openOperations({ home, tenant: 'default' });
    await setTimeout(300);
    await holder.close();
    const operations = await waiting;
    expect((await operations.listAlerts({ limit: 1 })).items).toEqual([]);
    await operations.close();
  });
});
