import { describe, expect, it } from 'vitest';
import { CHROMIUM } from './browser.ts';
import { BrowserSession, until } from './browser-session.ts';

/** Page, and the button on it that opens a dialog. */
const DIALOGS = [
  ['sources', 'Add a source'],
  ['models', 'Train a model'],
  ['settings?tab=suppressions', 'Add a suppression'],
  ['settings?tab=routing', 'Add a route'],
  ['settings?tab=users', 'Add a user'],
  ['settings?tab=tenants', 'Add a tenant'],
  ['settings?tab=tokens', 'Create a token'],
] as const;

describe.skipIf(CHROMIUM === undefined)('dialogs and menus', () => {
  const session = new BrowserSession();

  it('are readable for everybody, light and dark, and come and go by keyboard', async () => {
    const { page, window } = session;
    const found: Record<string, readonly string[]> = {};
    for (const [path, name] of DIALOGS) {
      await session.open(path);
      await window.settled();
      const button = page.getByRole('button', { name, exact: true });
      await button.focus();
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog');
      await dialog.waitFor();
      await window.settled();
      const violations = await window.violationsInBothSchemes();
      if (violations.length > 0) found[name] = violations;
      const focused = await page.evaluate(`document.querySelector('[role=dialog]').contains(document.activeElement)`);
      expect(focused, `${name}: focus`).toBe(true);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await expect.poll(() => page.evaluate('document.activeElement.textContent'), { message: `${name}: focus after it` }).toBe(name);
    }
    expect(found).toEqual({});
  }, 120_000);

  it('the keys, the account and a confirmation too', async () => {
    const { page, window } = session;
    const found: Record<string, readonly string[]> = {};
    const look = async (name: string) => {
      await window.settled();
      const violations = await window.violationsInBothSchemes();
      if (violations.length > 0) found[name] = violations;
    };
    await session.open('');
    await window.settled();
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    await look('keys');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Account of/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    await look('account');
    await page.keyboard.press('Escape');
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Times in/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'UTC', exact: true }).waitFor();
    await look('zone');
    await page.keyboard.press('Escape');
    await session.open('sources');
    await page.getByRole('button', { name: 'Remove app' }).click();
    await page.getByRole('dialog').waitFor();
    await look('confirmation');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(found).toEqual({});
    expect(window.complaints).toEqual([]);
  }, 90_000);

  it('every menu and every list of choices that opens on a page', async () => {
    const { page, window } = session;
    const found: Record<string, readonly string[]> = {};
    type Alerts = { items: { id: string; group: string }[] };
    await until(async () => ((await session.api('alerts?limit=1')) as Alerts).items.length > 0);
    const [alert] = ((await session.api('alerts?limit=1')) as Alerts).items;
    const [incident] = ((await session.api('incidents?learning=true&limit=1')) as { items: { id: string }[] }).items;
    const ofAlert = `alerts?state=any&group=${alert?.group}&alert=${alert?.id}`;
    const ofIncident = `incidents?state=any&learning=with&incident=${incident?.id}`;
    /** Page, the button or list on it, and what it opens. */
    const opened = [
      [ofAlert, 'button', 'Export', 'menuitem'],
      [ofAlert, 'button', 'Label', 'menuitem'],
      [ofAlert, 'button', 'Assign', 'dialog'],
      [ofAlert, 'combobox', 'State', 'option'],
      [ofIncident, 'button', 'Export', 'menuitem'],
      ['explorer', 'combobox', 'State', 'option'],
      ['entities', 'combobox', 'Level', 'option'],
      ['try-out?view=train', 'combobox', 'What learns', 'option'],
      ['sources', 'button', 'Change app', 'dialog'],
    ] as const;
    for (const [path, role, name, opens] of opened) {
      await session.open(path);
      await window.settled();
      const button = page.getByRole(role, { name, exact: typeof name === 'string' }).first();
      await button.focus();
      await page.keyboard.press(role === 'combobox' ? 'ArrowDown' : 'Enter');
      await page.getByRole(opens).first().waitFor();
      await window.settled();
      const violations = await window.violationsInBothSchemes();
      if (violations.length > 0) found[`${path.split('?')[0]}: ${name}`] = violations;
      await page.keyboard.press('Escape');
      await page.getByRole(opens).first().waitFor({ state: 'hidden' });
    }
    expect(found).toEqual({});
    expect(window.complaints).toEqual([]);
  }, 240_000);

  it('every page is reached by its keys, and each thing that has the focus shows it', async () => {
    const { page, window } = session;
    await session.open('');
    await window.settled();
    for (const [key, name] of Object.entries({
      i: 'Incidents',
      a: 'Alerts',
      e: 'Explorer',
      h: 'Entities',
      l: 'Logs',
      n: 'Network',
      r: 'Reports',
    })) {
      // On a busy machine the second key can come too late to belong to the first.
      const heading = page.getByRole('heading', { name, level: 1 });
      for (let tries = 0; tries < 5 && !(await heading.isVisible()); tries++) {
        await Promise.all([page.keyboard.press('g'), page.keyboard.press(key)]);
        await heading.waitFor({ timeout: 3_000 }).catch(() => undefined);
      }
      await heading.waitFor();
    }
    await session.open('sources');
    await window.settled();
    const unseen: string[] = [];
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      const [name, seen] = (await page.evaluate(`(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return ['', true];
        const style = getComputedStyle(element);
        const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
        return [element.outerHTML.slice(0, 120), ring || style.boxShadow !== 'none' || element.matches('input, textarea, select')];
      })()`)) as [string, boolean];
      if (!seen) unseen.push(name);
    }
    expect(unseen).toEqual([]);
  }, 60_000);
});
