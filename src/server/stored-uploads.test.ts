import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataset, missing, needs } from '../testing/datasets.ts';
import { type Caller, multipart, ServerUnderTest } from './testing/server-under-test.ts';

const under = new ServerUnderTest();
let ana: Caller;

beforeAll(async () => {
  await under.start();
  await under.user('ana', { a: 'analyst' });
  ana = await under.browser('ana');
}, 60_000);
afterAll(() => under.stop());

interface Upload {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly error: string;
  readonly alerts: number;
  readonly sources: readonly string[];
  readonly rows: Readonly<Record<string, number>>;
  readonly undated: number;
  readonly missing: string;
}

/** Sends a file and waits until it is analysed. */
async function uploaded(name: string, content: string | Buffer): Promise<Upload> {
  const { payload, headers } = multipart(name, content);
  const sent = await ana.call('POST', 'tenants/a/uploads', payload, headers);
  expect(sent.status).toBe(202);
  const { id } = sent.json<Upload>();
  for (;;) {
    const found = (await ana.call('GET', `tenants/a/uploads/${id}`)).json<Upload>();
    if (!['waiting', 'analysing'].includes(found.state)) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const get = async <T>(path: string): Promise<T> => {
  const answer = await ana.call('GET', `tenants/a/${path}`);
  expect(answer.status, path).toBe(200);
  return answer.json<T>();
};

const LOG = Array.from(
  { length: 300 },
  (_, i) =>
    `2024-03-01T10:${String(Math.floor(i / 60)).padStart(2, '0')}:${String(i % 60).padStart(2, '0')}Z web sshd[1]: Accepted password for u${i % 3}\n`,
).join('');

interface Lines {
  readonly items: readonly { readonly source: string; readonly input: string; readonly line: number; readonly message: string }[];
}

describe('an uploaded log', () => {
  it('is searched like the lines of a source, in the places its findings name, and goes when the upload is removed', async () => {
    const first = await uploaded('auth.log.gz', gzipSync(LOG));
    expect(first).toMatchObject({ state: 'done', error: '', name: 'auth.log.gz', rows: { log: 300 }, undated: 0, missing: '' });
    const found = await get<Lines>('events?source=auth.log.gz&contains=u2&order=oldest&limit=1000');
    expect(found.items).toHaveLength(100);
    expect(found.items[0]).toMatchObject({ input: 'auth.log.gz', line: 3, message: 'Accepted password for u2' });
    const templates = await get<{ items: { count: number }[] }>('templates?source=auth.log.gz');
    expect(templates.items.map(({ count }) => count)).toEqual([300]);
    const second = await uploaded('auth.log.gz', gzipSync(LOG));
    expect(second.name).toBe('auth-2.log.gz');
    expect((await get<{ items: unknown[] }>('events?limit=1000')).items).toHaveLength(600);
    expect((await ana.call('DELETE', `tenants/a/uploads/${first.id}`)).status).toBe(200);
    const left = (await get<Lines>('events?limit=1000')).items;
    expect([...new Set(left.map(({ source }) => source))]).toEqual(['auth-2.log.gz']);
    await under.restart();
    ana = await under.browser('ana');
    expect((await get<Lines>('events?limit=1000')).items).toHaveLength(300);
  });

  it('is whole where lines are held back until the next one is read', async () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => {
      const at = new Date(Date.UTC(2024, 2, 1) + i * 1000).toISOString();
      return i % 50 === 0
        ? `${at} ERROR web failed request ${i}\n\tat shop.Order.place(Order.java:${i})\n`
        : `${at} INFO web served request ${i}\n`;
    }).join('');
    expect(await uploaded('shop.log', lines)).toMatchObject({ state: 'done', missing: '', rows: { log: 40_000 } });
  });

  it('has a name of its own, also among those that come at once', async () => {
    const { payload, headers } = multipart('twice.log', LOG);
    const sent = await Promise.all([0, 1].map(() => ana.call('POST', 'tenants/a/uploads', payload, headers)));
    const uploads = sent.map((one) => one.json<Upload>());
    expect(uploads.map(({ name }) => name).sort()).toEqual(['twice-2.log', 'twice.log']);
    for (const { id } of uploads) await ana.call('DELETE', `tenants/a/uploads/${id}`);
  });

  it('does not take the name of a running source', async () => {
    expect((await uploaded('auth', LOG)).name).toBe('auth-2');
  });

  it('goes when it is past its age', async () => {
    const { id } = await uploaded('old.log', LOG);
    under.clock += 89 * 86_400_000_000;
    ana = await under.browser('ana');
    await under.context.uploads.expire();
    expect((await get<Lines>('events?source=old.log&limit=5')).items).toHaveLength(5);
    under.clock += 2 * 86_400_000_000;
    ana = await under.browser('ana');
    await under.context.uploads.expire();
    expect((await ana.call('GET', `tenants/a/uploads/${id}`)).status).toBe(404);
    expect((await get<Lines>('events?source=old.log&limit=5')).items).toEqual([]);
  });
});

describe('an uploaded table of readings', () => {
  it('becomes series that open at their whole length', async () => {
    const rows = Array.from({ length: 500 }, (_, i) => {
      const time = new Date(Date.UTC(2024, 2, 1) + i * 900_000).toISOString();
      return `${time},${(20 + 5 * Math.sin(i / 15)).toFixed(3)},${(50 + (i % 7)).toFixed(1)}`;
    });
    const upload = await uploaded('room.csv', `timestamp,temperature,humidity\n${rows.join('\n')}\n`);
    expect(upload).toMatchObject({ state: 'done', missing: '', rows: { series: 2 } });
    const { items, total } = await get<{ items: { id: string; name: string; state: string }[]; total: number }>('series?source=room.csv');
    expect(total).toBe(2);
    expect(items.map(({ state }) => state)).toEqual(['stored', 'stored']);
    const temperature = items.find(({ name }) => name.includes('temperature'));
    expect(temperature).toMatchObject({
      lastValue: Number((20 + 5 * Math.sin(499 / 15)).toFixed(3)),
      lastTime: (Date.UTC(2024, 2, 1) + 499 * 900_000) * 1000,
      expected: expect.any(Number),
      lower: expect.any(Number),
      highest: expect.any(Number),
    });
    const highest = items.map((one) => (one as unknown as { highest: number }).highest);
    expect(highest).toEqual([...highest].sort((a, b) => b - a));
    const first = await get<{ items: { id: string }[]; cursor: string; total: number }>('series?source=room.csv&limit=1');
    const second = await get<{ items: { id: string }[]; cursor?: string }>(`series?source=room.csv&limit=1&cursor=${first.cursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(items.map(({ id }) => id));
    expect([first.total, second.cursor]).toEqual([2, undefined]);
    const points = await get<{ from: number; to: number; buckets: { points: number }[]; series: { step: number } }>(
      `series/${items[0]?.id}?buckets=1500`,
    );
    expect(points.series.step).toBe(900e6);
    expect(points.buckets.reduce((sum, bucket) => sum + bucket.points, 0)).toBeGreaterThan(450);
    expect((await ana.call('DELETE', `tenants/a/uploads/${upload.id}`)).status).toBe(200);
    expect((await get<{ total: number }>('series')).total).toBe(0);
  });
});

describe('an uploaded table without times', () => {
  it('gives findings that name rows, and no time that nobody wrote', async () => {
    const rows = Array.from(
      { length: 900 },
      (_, i) => `${(20 + 5 * Math.sin(i / 30)).toFixed(3)},${i >= 700 && i < 705 ? 90 : 50 + (i % 3)}`,
    );
    const upload = await uploaded('untimed.csv', `temperature,humidity\n${rows.join('\n')}\n`);
    expect(upload).toMatchObject({ state: 'done', rows: {}, undated: 1800 });
    expect(upload.alerts).toBeGreaterThan(0);
    const found = await ana.call('GET', 'tenants/a/alerts?source=untimed.csv&limit=50');
    const { items } = found.json<{
      items: { detection: { start: number | null; evidence: { line: number; time?: number | null }[] } }[];
    }>();
    expect(items.map(({ detection }) => detection.start)).toEqual(items.map(() => null));
    expect(items.some(({ detection }) => detection.evidence.some(({ line }) => line >= 702 && line <= 706))).toBe(true);
    expect(found.body).not.toContain('2000-01');
    expect(found.body).not.toContain('"time":9466');
    const report = await ana.call('GET', `tenants/a/reports/${(await get<{ items: { name: string }[] }>('reports')).items[0]?.name}/json`);
    expect(report.body).not.toContain('since 2000');
  });
});

const CAPTURE = 'packets/ndpi__synscan.pcap.gz';
const ARGUS = 'flows/ctu-binetflow/test5-mixed.binetflow.gz';

describe.skipIf(missing(CAPTURE, ARGUS))(needs('uploads of traffic', CAPTURE, ARGUS), () => {
  it('become flows of a capture and of a table, with talkers and volumes', async () => {
    const capture = await uploaded('synscan.pcap.gz', readFileSync(dataset(CAPTURE) as string));
    expect(capture).toMatchObject({ state: 'done', missing: '' });
    expect(capture.rows.flow).toBeGreaterThan(100);
    const scan = await get<{ items: { source: string }[] }>('flows?source=synscan.pcap.gz&limit=1000');
    expect(scan.items.length).toBeGreaterThan(100);
    const table = gunzipSync(readFileSync(dataset(ARGUS) as string));
    const rows = table.toString().trimEnd().split('\n').length - 1;
    const flows = await uploaded('mixed.binetflow', table);
    expect(flows).toMatchObject({ state: 'done', missing: '', rows: { flow: rows } });
    const talkers = await get<{ items: { flows: number }[] }>('flows/talkers?source=mixed.binetflow&by=address');
    expect(talkers.items[0]?.flows).toBeGreaterThan(10);
  });
});
