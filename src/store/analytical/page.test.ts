import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TextColumn } from '../../core/index.ts';
import type { EventHistogram, EventRow, Home, TenantStore } from '../contract.ts';
import { openHome } from '../home.ts';
import { DAY, epochCommit, type Line, logBatch, TEMPLATES, temporaryFolder } from '../testing/fixtures.ts';

const folder = temporaryFolder();
let home: Home;
let tenant: TenantStore;
/** Epochs whose files overlap in time, touch, repeat times, lie days apart, or have no time at all. */
const EPOCHS: readonly (readonly number[])[] = [
  [0, 1, 1, 2, 5, 9],
  [9, 9, 10, 11],
  [3, 4, 100_000, 200_000],
  [Number.NaN, 200_000, Number.NaN],
  [2, 2, 2],
  [Number.NaN],
];
let all: readonly EventRow[] = [];

beforeAll(async () => {
  home = await openHome(folder.path);
  tenant = await home.tenant('acme');
  for (const [epoch, seconds] of EPOCHS.entries()) {
    const lines: Line[] = seconds.map((second, i) => ({
      ...{ time: DAY + second * 1e6, host: i % 2 === 0 ? 'web-1' : 'wéb-\u{1f600}', template: i % 2, parameters: [] },
      message: `line ${epoch}.${i} ${i % 3 === 0 ? 'rare' : 'usual'}`,
    }));
    await tenant.events.append(logBatch(lines, epoch % 2 === 0 ? 'auth' : 'app', `${'é'.repeat(epoch)}.log`), TEMPLATES);
    await tenant.commitEpoch(epochCommit(epoch + 1));
  }
  all = (await tenant.events.query({ limit: 10_000 })).items;
});
afterAll(async () => {
  await home.close();
  folder.remove();
});

const nameOf = ({ input, offset }: EventRow) => `${input}:${offset}`;

/** As the store promises it: time, then input, source and offset by their bytes; rows without a time last either way. */
function inOrder(rows: readonly EventRow[], order: 'oldest' | 'newest'): readonly string[] {
  const sign = order === 'oldest' ? 1 : -1;
  const time = (row: EventRow) => (Number.isNaN(row.time) ? sign * Number.MAX_VALUE : row.time);
  const bytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const compare = (a: EventRow, b: EventRow) =>
    time(a) - time(b) || bytes(a.input, b.input) || bytes(a.source, b.source) || a.offset - b.offset;
  return [...rows].sort((a, b) => sign * compare(a, b)).map(nameOf);
}

describe('pages of events over many files', () => {
  it('hold every matching row once, in order, whatever the size of the page', async () => {
    expect(all).toHaveLength(EPOCHS.flat().length);
    const filters = fc.record(
      {
        host: fc.constantFrom('web-1', 'wéb-\u{1f600}'),
        contains: fc.constantFrom('rare', 'usual', 'nowhere'),
        source: fc.constantFrom('auth', 'app'),
        from: fc.constantFrom(DAY, DAY + 2e6, DAY + 150_000e6),
        to: fc.constantFrom(DAY + 9e6, DAY + 200_001e6),
      },
      { requiredKeys: [] },
    );
    const orders = fc.constantFrom('oldest' as const, 'newest' as const);
    await fc.assert(
      fc.asyncProperty(filters, orders, fc.integer({ min: 1, max: 25 }), async (filter, order, limit) => {
        const matching = all.filter((row) => {
          if (filter.host !== undefined && row.host !== filter.host) return false;
          if (filter.source !== undefined && row.source !== filter.source) return false;
          if (filter.contains !== undefined && !row.message.includes(filter.contains)) return false;
          return (filter.from === undefined || row.time >= filter.from) && (filter.to === undefined || row.time < filter.to);
        });
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await tenant.events.query({ ...filter, order, limit, ...(cursor === undefined ? {} : { cursor }) });
          expect(page.items.length).toBeLessThanOrEqual(limit);
          found.push(...page.items.map(nameOf));
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(found).toEqual(inOrder(matching, order));
        expect(await tenant.events.count(filter)).toBe(matching.length);
        const templates = await tenant.events.templates(filter, 3);
        expect(templates.reduce((sum, { count }) => sum + count, 0)).toBe(matching.length);
        for (const { template, example, firstSeen } of templates) {
          const own = matching.filter((row) => row.template === template);
          const [first] = own.filter(({ time }) => time === firstSeen);
          expect(own.map(({ message }) => message)).toContain(example);
          if (first !== undefined) expect(firstSeen).toBe(Math.min(...own.map(({ time }) => time).filter((time) => !Number.isNaN(time))));
        }
        const hosts = await tenant.events.hosts(filter);
        expect(new Map(hosts.map(({ host, count }) => [host, count]))).toEqual(countsOf(matching));
        const times = matching.map(({ time }) => time).filter((time) => !Number.isNaN(time));
        const histogram = await tenant.events.histogram(filter, limit);
        expectCounts(histogram, times, limit);
        expect(histogram.total).toBe(matching.length);
        expect([histogram.oldest, histogram.newest]).toEqual(times.length === 0 ? [NaN, NaN] : [Math.min(...times), Math.max(...times)]);
        for (const { template, counts = [] } of await tenant.events.templates(filter, limit)) {
          const dated = matching.filter((row) => row.template === template && !Number.isNaN(row.time));
          expect(counts.reduce((sum, n) => sum + n, 0)).toBe(dated.length);
        }
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('are searched in new files, whatever was not found in those before', async () => {
    const query = { contains: 'nowhere' };
    expect((await tenant.events.query(query)).items).toEqual([]);
    const late: Line = { time: DAY + 4e6, host: 'web-1', template: 0, parameters: [], message: 'found nowhere else' };
    await tenant.events.append(logBatch([late], 'auth', 'late.log'), TEMPLATES);
    await tenant.commitEpoch(epochCommit(EPOCHS.length + 1));
    for (const range of [{}, { from: DAY + 4e6, to: DAY + 5e6 }, {}])
      expect((await tenant.events.query({ ...query, ...range })).items.map(({ message }) => message)).toEqual(['found nowhere else']);
    expect((await tenant.events.query({ ...query, from: DAY + 5e6 })).items).toEqual([]);
  });
});

describe('a search for text', () => {
  it('finds it in every field of a line, in letters of either case, and not in the names of fields', async () => {
    const other = await home.tenant('fields');
    const agents = ['sqlmap/1.7', 'Mozilla "5.0" \\ x', 'curl'];
    const lines = agents.map((_, i): Line => {
      return { time: DAY + i * 1e6, host: `Edge-${i}`, template: 0, parameters: [], message: `"GET /${i}" 200` };
    });
    const userAgent = textColumn(agents);
    await other.events.append({ ...logBatch(lines, 'web', 'access.log'), fields: { userAgent } }, TEMPLATES);
    await other.commitEpoch(epochCommit(1));
    const found = async (contains: string) =>
      (await other.events.query({ contains, order: 'oldest' })).items.map(({ time }) => (time - DAY) / 1e6);
    expect(await found('SQLMAP')).toEqual([0]);
    expect(await found('"5.0" \\')).toEqual([1]);
    expect(await found('edge-2')).toEqual([2]);
    expect(await found('get /1"')).toEqual([1]);
    expect(await found('userAgent')).toEqual([]);
    expect(await found('%')).toEqual([]);
    expect(await other.events.count({ contains: 'curl' })).toBe(1);
  });
});

function textColumn(texts: readonly string[]): TextColumn {
  const encoded = texts.map((text) => Buffer.from(text));
  const end = Int32Array.from(encoded, (_, i) => encoded.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0));
  return { bytes: Buffer.concat(encoded), start: Int32Array.from(encoded, ({ length }, i) => (end[i] as number) - length), end };
}

/** As many as lie between the edges, in bins no more and no wider than needed. */
function expectCounts({ start, binMicros, counts }: EventHistogram, times: readonly number[], most: number): void {
  expect(counts.length).toBeLessThanOrEqual(most);
  expect(counts).toEqual(
    counts.map((_, bin) => times.filter((time) => time >= start + bin * binMicros && time < start + (bin + 1) * binMicros).length),
  );
  expect(counts.reduce((sum, n) => sum + n, 0)).toBe(times.length);
}

function countsOf(rows: readonly EventRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { host = '' } of rows) counts.set(host, (counts.get(host) ?? 0) + 1);
  return counts;
}
