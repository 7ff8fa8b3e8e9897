import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { jsonLinesToParquet } from './json-lines.ts';
import { readParquet } from './parquet.ts';

describe('JSON lines to Parquet', () => {
  const folder = mkdtempSync(join(tmpdir(), "vedette-json's-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps texts, numbers, times and what is absent', async () => {
    const [lines, path] = [join(folder, 'flows.lines'), join(folder, 'flows.parquet')];
    writeFileSync(lines, '{"na\'me":"a","n":1.5,"at":"2026-03-01T00:00:00.000001Z"}\n{"na\'me":"","n":null,"at":null}\n');
    await jsonLinesToParquet(
      lines,
      [
        { name: "na'me", type: 'string' },
        { name: 'n', type: 'number' },
        { name: 'at', type: 'time' },
      ],
      path,
    );
    const chunks: unknown[] = [];
    for await (const chunk of readParquet(path)) chunks.push(chunk);
    expect(chunks).toEqual([{ "na'me": ['a', ''], n: [1.5, undefined], at: [1_772_323_200_000_001, undefined] }]);
    expect(readdirSync(folder).sort()).toEqual(['flows.lines', 'flows.parquet']);
  });
});
