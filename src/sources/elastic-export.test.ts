import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Source } from '../core/index.ts';
import { testContext } from '../testing/context.ts';
import { collect, committed, records, recordTexts, sourceContract } from '../testing/source-contract.ts';
import elasticExport from './elastic-export.ts';
import { exportName } from './files/export-name.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-export-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function create(settings: object = {}): Source {
  return elasticExport.create(elasticExport.config.parse({ path: folder, settleMs: 20, pollMs: 10, ...settings }), testContext('export'));
}

function put(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
}

const document = (i: number) => JSON.stringify({ n: i, text: 'x'.repeat(i) });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => document(from + i));

describe('elastic-export', () => {
  sourceContract({
    create: () => {
      put('nginx_20240102T000000Z.json', `[${range(0, 50).join(',\n')}]`);
      put('auth_2024-01-01.json.gz', gzipSync(range(50, 100).join('\n')));
      put(
        'nginx_1704240000.json',
        `{"hits":{"total":1,"hits":[${range(100, 150).map((source) => `{"_index":"i","_source":${source}}`)}]}}`,
      );
      return create({ once: true, batchBytes: 500 });
    },
    expected: [...range(50, 100), ...range(0, 50), ...range(100, 150)],
    finite: true,
  });

  it('waits until a file is complete, and for the older one first', async () => {
    put('a_20240101.json', '[{"n":1},');
    put('a_20240102.json', '[{"n":3}]');
    const reading = collect(create({ settleMs: 600 }), records(3));
    await sleep(60);
    put('a_20240101.json', '[{"n":1},{"n":2}]');
    expect(recordTexts(await reading)).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  });

  it('takes files that appear, also by renaming, and leaves other names alone', async () => {
    put('notes.json', '{"no":1}');
    const source = create();
    const reading = collect(source, records(2));
    await sleep(30);
    put('.tmp_20240101.json', '{"n":1}');
    renameSync(join(folder, '.tmp_20240101.json'), join(folder, 'web_20240101.json'));
    await sleep(60);
    put('web_20240102.json', '{"n":2}');
    const batches = await reading;
    expect(recordTexts(batches)).toEqual(['{"n":1}', '{"n":2}']);
    expect(batches.map((batch) => batch.input)).toContain('web_20240101.json');
    expect(source.counters().names_ignored).toBe(1);
  });

  it('does not read finished files again after a restart', async () => {
    put('a_20240101.json.gz', gzipSync(range(0, 20).join('\n')));
    put('a_20240102.json', `\ufeff[${range(20, 40)}]`);
    const first = await collect(create({ once: true }));
    expect(recordTexts(first)).toEqual(range(0, 40));
    const again = create({ once: true });
    expect(await collect(again, () => false, committed(first))).toEqual([]);
  });

  it('goes on behind a damaged file', async () => {
    put('a_20240101.json.gz', gzipSync(range(0, 200).join('\n')).subarray(0, 400));
    put('a_20240102.json', document(7));
    const source = create({ once: true });
    const texts = recordTexts(await collect(source));
    expect(texts.at(-1)).toBe(document(7));
    expect(texts.length).toBeGreaterThan(10);
    expect(source.counters().truncated_inputs).toBe(1);
  });
});

describe('exportName', () => {
  it.each([
    ['nginx_20240131.json', 'nginx', '20240131', '2024-01-31T00:00:00.000Z'],
    ['a/b/web_access_2024-01-31T23-59-59Z.json.gz', 'web_access', '2024-01-31T23-59-59Z', '2024-01-31T23:59:59.000Z'],
    ['x_20240131T235959.json', 'x', '20240131T235959', '2024-01-31T23:59:59.000Z'],
    ['x_2024-01-31_23-59-59.250.ndjson', 'x', '2024-01-31_23-59-59.250', '2024-01-31T23:59:59.250Z'],
    ['x_20240131_235959.json.zst', 'x', '20240131_235959', '2024-01-31T23:59:59.000Z'],
    ['x_20240131235959.json', 'x', '20240131235959', '2024-01-31T23:59:59.000Z'],
    ['x_2024-01-31T23:59:59+0200.json', 'x', '2024-01-31T23:59:59+0200', '2024-01-31T21:59:59.000Z'],
    ['x_2024.01.31.jsonl', 'x', '2024.01.31', '2024-01-31T00:00:00.000Z'],
    ['x_1706745599.json', 'x', '1706745599', '2024-01-31T23:59:59.000Z'],
    ['x_1706745599123.json', 'x', '1706745599123', '2024-01-31T23:59:59.123Z'],
  ])('reads %s', (path, type, timestamp, iso) => {
    expect(exportName(path)).toEqual({ type, timestamp, time: Date.parse(iso) * 1000 });
  });

  it.each(['x.json', 'x_2024.log', 'x_20241331.json', 'x_20240230.json', '_20240131.json', 'x_12345.json', 'x_20240131.json.bak'])(
    'refuses %s',
    (path) => {
      expect(exportName(path)).toBeUndefined();
    },
  );
});
