import { describe, expect, it } from 'vitest';
import { requestLog } from '../e2e/run-cli.ts';
import { CHROMIUM } from './browser.ts';
import { BrowserSession, until } from './browser-session.ts';

describe.skipIf(CHROMIUM === undefined)('what a person has on the screen', () => {
  const session = new BrowserSession(requestLog(1_500, [900, 1_050]));

  it('stays when the code of another page cannot be fetched, which says so and is tried again', async () => {
    const { page } = session;
    await until(async () => ((await session.api('groups')) as { total: number }).total > 0);
    await session.open('alerts?state=any');
    await page.getByLabel('Note').fill('half a sentence');
    let reached = false;
    await page.route(/\/assets\/logs-.*\.js/, (route) => (reached ? route.continue() : route.abort()));
    await page.route(/\/api\/v1\/session$/, (route) => (reached ? route.continue() : route.abort()));
    await page.getByRole('link', { name: 'Logs' }).first().click();
    await page.getByText('This page could not be loaded.').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('This page could not be loaded.').waitFor();
    await page.getByRole('link', { name: 'Alerts' }).first().click();
    await expect.poll(() => page.getByLabel('Note').inputValue()).toBe('half a sentence');
    await page.getByRole('link', { name: 'Logs' }).first().click();
    reached = true;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'Logs' }).waitFor();
  }, 90_000);

  it('is a list that sorts in the server and says how much of it is shown', async () => {
    const { page } = session;
    await session.open('entities');
    await page.getByText(/^\d+ entit(y|ies), \d+ harmful/).waitFor();
    await page.getByRole('button', { name: 'Entity', exact: true }).click();
    await page.waitForURL(/sort=name&order=asc/);
    await page.locator('th[aria-sort=ascending]').waitFor();
    const names = await page.locator('td.name a').allTextContents();
    expect(names.length).toBeGreaterThan(0);
    expect(names).toEqual([...names].sort());
  }, 60_000);

  it('is told why a suppression cannot be kept yet', async () => {
    const { page } = session;
    await session.open('alerts?state=any');
    await page.getByRole('button', { name: /^Suppress alerts by entity/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Give a reason').waitFor();
    await dialog.getByRole('textbox', { name: 'Reason' }).fill('planned work');
    await expect.poll(() => dialog.getByText('Give a reason').count()).toBe(0);
  }, 60_000);
});
