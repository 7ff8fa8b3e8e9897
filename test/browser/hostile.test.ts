import { describe, expect, it } from 'vitest';
import { requestLog } from '../e2e/run-cli.ts';
import { CHROMIUM } from './browser.ts';
import { BrowserSession } from './browser-session.ts';

const HOST = '<svg/onload=window.hit=1>';
const TEXT = '<img src=x onerror="window.hit=2"> </script><script>window.hit=3</script> javascript:alert(1)';
/** Requests of a quiet service, but for two lines of somebody who writes markup into the log. */
const LOG = requestLog(1_500, [900, 1_200]).replaceAll(
  'web1 shop[77]: request req-000900 rejected: signature mismatch, dumping 4096 rows',
  `${HOST} shop[77]: request req-000900 ${TEXT}`,
);

describe.skipIf(CHROMIUM === undefined)('markup in what is watched', () => {
  const session = new BrowserSession(LOG);
  const { vedette } = session;
  const headers = () => ({ 'X-Vedette-Request': '1', Origin: vedette.address });
  const api = async (path: string) =>
    (await session.api(path)) as { items: { id: string; group: string; detection: { entity: string; explanation: { what: string } } }[] };

  it('is shown as text on every page: from lines, hosts, file names, notes, labels and rules', async () => {
    const { page, window } = session;
    const found = async () =>
      (await api('alerts?limit=100')).items.find(
        ({ detection }) => detection.entity === HOST || detection.explanation.what.includes('onerror'),
      );
    let alert = await found();
    while (alert === undefined) {
      await page.waitForTimeout(200);
      alert = await found();
    }
    const tenant = `${vedette.address}/api/v1/tenants/default`;
    const change = async (method: 'put' | 'post', path: string, data: object) =>
      expect((await page.request[method](`${tenant}/${path}`, { headers: headers(), data })).ok(), path).toBe(true);
    await change('post', `alerts/${alert.id}/notes`, { note: TEXT });
    await change('put', `alerts/${alert.id}/label`, { verdict: 'true-positive', note: TEXT });
    await change('post', 'suppressions', { reason: TEXT, match: { entity: HOST } });
    await page.goto(`${vedette.address}/t/default/sources?tab=upload`);
    const file = { name: '<img src=x onerror=window.hit=4>.log', mimeType: 'text/plain', buffer: Buffer.from(LOG) };
    await page.locator('#upload-file').setInputFiles(file);
    await page.getByRole('link', { name: /^Open/ }).first().waitFor({ timeout: 30_000 });
    const report = (await page.getByRole('link', { name: /^Open/ }).first().getAttribute('href')) ?? '';

    const incident = (await api('incidents?learning=true&limit=1')).items[0];
    const pages = {
      '': undefined,
      [`alerts?state=any&group=${alert.group}&alert=${alert.id}`]: TEXT,
      'logs?contains=onerror': TEXT,
      [`logs?host=${encodeURIComponent(HOST)}`]: HOST,
      'logs?view=templates': 'onerror',
      entities: HOST,
      [`entities/${encodeURIComponent(HOST)}`]: HOST,
      explorer: 'onerror',
      [`incidents?state=any&learning=with&incident=${incident?.id}`]: undefined,
      'settings?tab=suppressions': TEXT,
      'settings?tab=audit': undefined,
      models: undefined,
      // The server keeps such names with underscores.
      reports: 'img_src_x_onerror',
      [report.replace('/t/default/', '')]: 'onerror',
    };
    for (const [path, text] of Object.entries(pages)) {
      await page.goto(`${vedette.address}/t/default/${path}`);
      await window.settled();
      if (text !== undefined)
        await expect.poll(() => page.locator('#root').textContent(), { message: path, timeout: 8_000 }).toContain(text);
      expect(await page.evaluate('window.hit'), path).toBe(undefined);
      expect(await page.locator('img[onerror], svg[onload]').count(), path).toBe(0);
    }
    expect(window.complaints).toEqual([]);
    expect(window.foreign).toEqual([]);
  }, 300_000);
});
