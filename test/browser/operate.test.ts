import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { requestLog } from '../e2e/run-cli.ts';
import { CHROMIUM } from './browser.ts';
import { BrowserSession, until } from './browser-session.ts';

const FAULTS = [900, 1_050, 1_200, 1_350];
/** The same fault on four hosts: four alerts of one kind. */
const LOG = FAULTS.reduce(
  (log, request, at) => log.replaceAll(new RegExp(`web1(?= shop\\[77\\]: request req-0*${request} )`, 'g'), `node${at}`),
  requestLog(1_500, FAULTS),
);

describe.skipIf(CHROMIUM === undefined)('operating from the dashboard', () => {
  const session = new BrowserSession(LOG);
  const { vedette } = session;
  const api = (path: string, of?: 'home') => session.api(path, of);
  const open = (path: string) => session.open(path);

  it('a source of readings is added with its kind of records, changed and removed', async () => {
    const { page } = session;
    const file = join(vedette.folder, 'room.csv');
    const lines = Array.from(
      { length: 40 },
      (_, at) => `${new Date(Date.UTC(2026, 0, 5, 0, 0, 30 * at)).toISOString()},room,celsius,${20 + (at % 5) / 10}`,
    );
    writeFileSync(file, `time,entity,series,value\n${lines.join('\n')}\n`);
    const written = async () => ((await api('settings')) as { written: { sources: object[] } }).written.sources;
    const before = await written();
    await page.goto(`${vedette.address}/t/default/sources`);
    await page.getByRole('button', { name: 'Add a source' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('room');
    await dialog.getByRole('textbox', { name: 'path' }).fill(file);
    await dialog.getByRole('combobox', { name: 'What it gives' }).click();
    await page.getByRole('option', { name: 'readings of devices and counters' }).click();
    await dialog.getByRole('textbox', { name: 'Format' }).fill('series');
    await dialog.getByRole('button', { name: 'Preview' }).click();
    await dialog.getByText('celsius = 20.4').or(dialog.getByText('value = 20.4')).first().waitFor();
    await dialog.getByRole('button', { name: 'Add the source' }).click();
    await page.getByText('room is read from now on').waitFor({ timeout: 30_000 });
    expect((await written()).at(-1)).toEqual({ type: 'file', name: 'room', path: file, records: 'readings', parser: { format: 'series' } });

    await page.getByRole('button', { name: 'Change room' }).click();
    await dialog.getByRole('combobox', { name: 'from' }).click();
    await page.getByRole('option', { name: 'end' }).click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('room is changed').waitFor({ timeout: 30_000 });
    expect((await written()).at(-1)).toMatchObject({ name: 'room', from: 'end', records: 'readings', parser: { format: 'series' } });
    // The other source keeps what the form does not show.
    expect((await written()).slice(0, -1)).toEqual(before);

    await page.getByRole('button', { name: 'Remove room' }).click();
    await dialog.getByRole('button', { name: 'Remove room' }).click();
    await page.getByText('room is no longer read').waitFor({ timeout: 30_000 });
    expect(await written()).toEqual(before);
  }, 90_000);

  it('what is trained on the page to try out predicts there, row by row', async () => {
    const { page } = session;
    await until(async () =>
      ((await api('training-data')) as { sources: { events: number }[] }).sources.some(({ events }) => events > 4_000),
    );
    await open('try-out?view=train');
    await page.getByLabel('Name').fill('orders');
    await page.getByRole('combobox', { name: 'Source' }).click();
    await page.getByRole('option', { name: /^app,/ }).click();
    await page.getByRole('button', { name: 'Start training' }).click();
    await page.getByRole('heading', { name: 'Training of orders@1' }).waitFor({ timeout: 60_000 });
    await page.getByText('Predict', { exact: true }).click();
    await page.getByRole('combobox', { name: 'Model' }).click();
    await page.getByRole('option', { name: /^orders@1/ }).click();
    await page.getByRole('combobox', { name: 'Source' }).click();
    await page.getByRole('option', { name: /^app,/ }).click();
    await page.getByRole('button', { name: 'Predict', exact: true }).click();
    await page.getByRole('heading', { name: /^[\d,]+ rows$/ }).waitFor({ timeout: 60_000 });
    await page.getByText('no row is labelled').waitFor();
    await page.getByRole('group', { name: 'Predictions' }).getByText('normal').first().waitFor();
    await page.getByRole('combobox', { name: 'Rows shown' }).click();
    await page.getByRole('option', { name: 'Most abnormal first' }).click();
    const rows = page.getByRole('group', { name: 'Predictions' }).locator('.prediction');
    // The last request of the log is cut off, which is abnormal too.
    await expect
      .poll(async () => (await rows.allTextContents()).slice(0, 5).join(' '))
      .toMatch(/req-000900.*req-001050.*req-001200.*req-001350/);
  }, 150_000);

  it('all alerts of a kind are closed at once, and opened again as they were', async () => {
    const { page } = session;
    type Groups = { items: { id: string; worst: string; alerts: number; open: number }[] };
    const largest = async () => ((await api('groups?source=app')) as Groups).items.sort((a, b) => b.alerts - a.alerts)[0];
    await until(async () => ((await largest())?.alerts ?? 0) > 2);
    const group = await largest();
    const openOnes = async () => ((await api('groups?source=app')) as Groups).items.find(({ id }) => id === group?.id)?.open;
    const before = await openOnes();
    await open(`alerts?state=any&group=${group?.id}&alert=${group?.worst}`);
    await page.getByRole('button', { name: /^All \d+ of this kind/ }).click();
    await page.getByRole('menuitem', { name: 'Close all' }).click();
    await until(async () => (await openOnes()) === 0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => (await openOnes()) === before);
  }, 60_000);

  it('dragging over the lanes zooms in, and the range stands in the address', async () => {
    const { page, window } = session;
    await open('explorer');
    const lanes = page.getByRole('application');
    await lanes.locator('canvas').first().waitFor();
    await window.settled();
    const box = await lanes.boundingBox();
    if (box === null) throw new Error('the lanes have no place');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 10);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + 12, { steps: 5 });
    await page.mouse.move(box.x + box.width * 0.9, box.y + 12, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/range=\d+-\d+/);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await page.waitForURL((url) => !url.search.includes('range'));
  }, 30_000);

  it('a user is added, given another role and removed', async () => {
    const { page } = session;
    const roles = async () =>
      ((await api('users', 'home')) as { items: { name: string; memberships: { role: string }[] }[] }).items.find(
        ({ name }) => name === 'ana',
      )?.memberships;
    await open('settings?tab=users');
    await page.getByRole('button', { name: 'Add a user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('ana');
    await dialog.getByLabel('First password').fill('another long password');
    await dialog.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('combobox', { name: 'Role of ana in default' }).click();
    expect(await roles()).toEqual([{ tenant: 'default', role: 'analyst' }]);
    await page.getByRole('option', { name: /^engineer/ }).click();
    await until(async () => (await roles())?.[0]?.role === 'engineer');
    await page.getByRole('button', { name: 'Remove ana' }).click();
    await dialog.getByRole('button', { name: 'Remove ana' }).click();
    await until(async () => (await roles()) === undefined);
  }, 30_000);

  it('on a narrow screen the pages are behind a button, and a list leads to what is chosen and back', async () => {
    const { page, window } = session;
    await page.setViewportSize({ width: 400, height: 850 });
    await open('');
    await page.getByRole('button', { name: 'Show the pages' }).click();
    await page.getByRole('link', { name: /^Alerts/ }).click();
    await page.getByRole('heading', { name: 'Alerts' }).waitFor();
    await page.getByRole('region', { name: 'Inbox' }).getByRole('button').first().click();
    await page.locator('article[data-alert]').waitFor();
    expect(await page.getByRole('region', { name: 'Inbox' }).isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Back to the list' }).click();
    await page.getByRole('region', { name: 'Inbox' }).waitFor();
    expect(window.complaints).toEqual([]);
    expect(window.foreign).toEqual([]);
  }, 30_000);
});
