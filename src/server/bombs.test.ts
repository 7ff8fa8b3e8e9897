import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gzipBomb, zipBomb, zstdBomb } from '../testing/bombs.ts';
import type { JobBody } from './api/schema/jobs.ts';
import { type Caller, multipart, ServerUnderTest } from './testing/server-under-test.ts';

const under = new ServerUnderTest();
let engineer: Caller;
const GIB = 1024 ** 3;
const BOMBS: readonly (readonly [name: string, content: () => Buffer])[] = [
  ['bomb.log.gz', () => gzipBomb(GIB / 4)],
  ['bomb.zip', () => zipBomb(GIB / 4)],
  ['bomb.log.zst', () => zstdBomb(4 * GIB)],
];

beforeAll(async () => {
  await under.start({ limits: { uploadBytes: 300_000 } });
  await under.user('engineer', { a: 'engineer' });
  engineer = await under.browser('engineer');
});
afterAll(() => under.stop());

describe.each(BOMBS)('%s', (name, content) => {
  it('ends as failed when it is analysed, and as an error when something is to be learnt from it', { timeout: 180_000 }, async () => {
    const { payload, headers } = multipart(name, content());
    const uploaded = await engineer.call('POST', 'tenants/a/uploads', payload, headers);
    expect(uploaded.status).toBe(202);
    const { id } = uploaded.json<{ id: string }>();
    const status = async () => (await engineer.call('GET', `tenants/a/uploads/${id}`)).json<{ state: string; error: string }>();
    while (['waiting', 'analysing'].includes((await status()).state)) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await status()).toMatchObject({ state: 'failed', error: expect.stringMatching(/\w/) });
    const before = process.memoryUsage.rss();
    for (const detector of ['sequence', 'flow-classifier', 'forecast']) {
      const started = await engineer.call('POST', 'tenants/a/jobs/train', { detector, data: { uploads: [id] } });
      if (started.status !== 202) continue;
      const job = await under.context.jobs.finished('a', started.json<JobBody>().id);
      expect(job).toMatchObject({ state: 'error', error: expect.stringMatching(/\w/) });
      expect(job.error).not.toContain(under.folder);
    }
    // What was held was held within the limits of the threads that read it.
    expect(process.memoryUsage.rss() - before).toBeLessThan(1.5 * GIB);
    expect((await engineer.call('GET', 'session')).status).toBe(200);
  });
});
