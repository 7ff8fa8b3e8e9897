import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Home, openHome, type TenantStore } from '../../store/index.ts';
import { DAY, entity, temporaryFolder } from '../../store/testing/fixtures.ts';
import { placesIn } from './own-devices.ts';
import { RatedEntities } from './rated-entities.ts';

let folder: ReturnType<typeof temporaryFolder>;
let home: Home;
let store: TenantStore;
beforeEach(async () => {
  folder = temporaryFolder();
  home = await openHome(folder.path);
  store = await home.tenant('acme');
});
afterEach(async () => {
  await home.close();
  folder.remove();
});

describe('entities rated together', () => {
  it('are read again after a change that came while they were being read', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let reached = () => {};
    const half = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { entities, events } = store;
    const slow: TenantStore['events']['hosts'] = async (query) => {
      reached();
      await held;
      return events.hosts(query);
    };
    const rated = new RatedEntities({ entities, events: { hosts: slow } } as unknown as TenantStore);
    const placeOf = placesIn();
    const names = async () => (await rated.at(DAY, placeOf)).rows.map(({ name }) => name).sort();
    await entities.save([entity('web', 1, DAY)]);
    const before = names();
    await half;
    await entities.save([entity('mail', 1, DAY)]);
    rated.forget();
    const after = names();
    release();
    expect(await before).toEqual(['web']);
    expect(await after).toEqual(['mail', 'web']);
    expect(await names()).toEqual(['mail', 'web']);
  });
});
