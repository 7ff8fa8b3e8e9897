import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Reading } from '../../core/index.ts';
import { testContext } from '../../testing/context.ts';
import { collect, recordTexts, sourceContract } from '../../testing/source-contract.ts';
import definition from './index.ts';
import { readExposition } from './text-format.ts';

const TEXT = `# HELP http_requests_total Requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="get",path="a \\"b\\" \\n c"} 3
# TYPE rpc_seconds histogram
rpc_seconds_bucket{le="+Inf"} 5
rpc_seconds_sum 1.5
# TYPE temperature gauge
temperature NaN
temperature{room="1"} 21.5
nonsense {
`;

let server: Server | undefined;
afterEach(() => server?.close());

async function target(answer: (path: string, authorization?: string) => [status: number, body: string]): Promise<string> {
  const listening = createServer((request, response) => {
    const [status, body] = answer(request.url ?? '/', request.headers.authorization);
    response.writeHead(status, { 'content-type': 'text/plain; version=0.0.4' }).end(body);
  });
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

const create = (settings: object) => definition.create(definition.config.parse({ intervalMs: 50, ...settings }), testContext('scrape'));

const shown = Array.from({ length: 5 }, (_, i) => `level${i}`);
const steady = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(shown.map((name, i) => `${name} ${i}\n`).join(''));
});
await new Promise<void>((resolve) => steady.listen(0, '127.0.0.1', resolve));
const steadyHost = `127.0.0.1:${(steady.address() as AddressInfo).port}`;

describe('prometheus-scrape keeps the source contract', () => {
  afterAll(() => steady.close());
  const context = testContext('scrape');
  sourceContract({
    create: () => create({ targets: [`http://${steadyHost}/metrics`] }),
    feed: async () => {},
    expected: [...shown.map((series, value) => ({ series, value })), { series: 'up', value: 1 }].map(({ series, value }) =>
      JSON.stringify({ time: context.now(), entity: steadyHost, series, value }),
    ),
    finite: false,
  });
});

describe('prometheus-scrape', () => {
  it('reads the text format: labels, escapes, time stamps, types', () => {
    const problems = { badLines: 0 };
    expect(readExposition(TEXT, 'web1', 9e6, false, problems)).toEqual([
      { time: 1395066363e6, entity: 'web1', series: 'http_requests_total{code="200",method="post"}', value: 1027, type: 'counter' },
      { time: 9e6, entity: 'web1', series: 'http_requests_total{method="get",path="a \\"b\\" \\n c"}', value: 3, type: 'counter' },
      { time: 9e6, entity: 'web1', series: 'rpc_seconds_bucket{le="+Inf"}', value: 5, type: 'counter' },
      { time: 9e6, entity: 'web1', series: 'rpc_seconds_sum', value: 1.5, type: 'counter' },
      { time: 9e6, entity: 'web1', series: 'temperature{room="1"}', value: 21.5, type: 'gauge' },
    ]);
    expect(problems.badLines).toBe(1);
    const open = readExposition('# TYPE jobs counter\njobs_total 5 1.5 # {trace="x"} 1\n# EOF\n', '', 0, true, problems);
    expect(open).toEqual([{ time: 1.5e6, entity: '', series: 'jobs_total', value: 5, type: 'counter' }]);
  });

  it('asks its targets at the interval and says which do not answer', async () => {
    const url = await target((path) => (path === '/bad' ? [500, ''] : [200, 'requests 5\n']));
    const source = create({ targets: [`${url}/metrics`, `${url}/bad`, 'http://127.0.0.1:9/metrics'] });
    const batches = await collect(source, (all) => all.length >= 6);
    const readings = recordTexts(batches).map((text) => JSON.parse(text) as Reading);
    expect(readings.filter(({ series }) => series === 'requests').length).toBeGreaterThan(0);
    const up = new Set(readings.filter(({ series }) => series === 'up').map(({ entity, value }) => `${entity} ${value}`));
    expect(up).toContain(`${new URL(url).host} 1`);
    expect(up).toContain('127.0.0.1:9 0');
    expect(source.counters().failed_scrapes).toBeGreaterThan(1);
    await source.close();
  });

  it('gives what stands before the host of a target as basic authentication', async () => {
    const base = await target((_path, authorization) => (authorization === `Basic ${btoa('me:p:w')}` ? [200, 'a 1\n'] : [401, '']));
    const source = create({ targets: [base.replace('http://', 'http://me:p%3Aw@')] });
    const [batch] = await collect(source, ({ length }) => length > 0);
    const readings = recordTexts(batch === undefined ? [] : [batch]).map((text) => JSON.parse(text) as Reading);
    expect(readings.map(({ series, value, entity }) => [series, value, entity])).toEqual([
      ['a', 1, new URL(base).host],
      ['up', 1, new URL(base).host],
    ]);
  });

  it('reads no more of an answer than it may', async () => {
    const url = await target(() => [200, 'a 1\n'.repeat(10_000)]);
    const source = create({ targets: [url], maxBodyBytes: 1024 });
    const [first] = await collect(source, (all) => all.length >= 1);
    expect(recordTexts(first === undefined ? [] : [first]).map((text) => (JSON.parse(text) as Reading).series)).toEqual(['up']);
  });

  it('takes any text', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 200 }),
          fc.string({ unit: fc.constantFrom('a', '{', '}', '"', '\\', '=', ',', ' ', '1', '\n', '#'), maxLength: 80 }),
        ),
        (text) => {
          for (const { value } of readExposition(text, 'e', 0, true, { badLines: 0 })) expect(Number.isFinite(value)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });
});
