import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../testing/fixtures.ts';
import { openDuckDb } from './duckdb.ts';
import { type ParquetValue, readParquet, writeParquet } from './parquet.ts';

let folder: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder.remove());
const limits = { memoryBytes: 256 * 1024 ** 2, threads: 1 };

async function readAll(path: string, columns?: readonly string[]): Promise<Record<string, ParquetValue[]>> {
  const all: Record<string, ParquetValue[]> = {};
  for await (const part of readParquet(path, columns))
    for (const [name, values] of Object.entries(part)) all[name] = [...(all[name] ?? []), ...values];
  return all;
}

describe('Parquet files', () => {
  it('give back columns of every type, over several chunks, with hostile names and text', async () => {
    const rows = 5000;
    const path = join(folder.path, "o'ut.parquet");
    const at = <T>(of: (i: number) => T) => Array.from({ length: rows }, (_, i) => of(i));
    const name = 'na"me; DROP TABLE staged; --';
    await writeParquet(
      [
        { name, type: 'string', values: at((i) => (i % 3 === 0 ? undefined : `v\0${i} \ud800'"`)) },
        { name: 'number', type: 'number', values: Float64Array.from(at((i) => (i === 1 ? Number.NaN : i / 7))) },
        { name: 'integer', type: 'integer', values: Int32Array.from(at((i) => -i)) },
        { name: 'boolean', type: 'boolean', values: at((i) => i % 2 === 0) },
        { name: 'time', type: 'time', values: Float64Array.from(at((i) => 1_767_312_000_000_001 + i)) },
        { name: 'strings', type: 'strings', values: at((i) => (i % 2 === 0 ? [] : [`a${i}`, ''])) },
      ],
      path,
    );
    const all = await readAll(path);
    expect(all[name]?.slice(0, 2)).toEqual([undefined, 'v\x001 \ufffd\'"']);
    expect(all.number?.slice(0, 3)).toEqual([0, undefined, 2 / 7]);
    expect(all.integer?.at(-1)).toBe(-4999);
    expect(all.boolean?.slice(0, 2)).toEqual([true, false]);
    expect(all.time?.at(-1)).toBe(1_767_312_000_005_000);
    expect(all.strings?.slice(0, 2)).toEqual([[], ['a1', '']]);
    expect(Object.keys(await readAll(path, ['time']))).toEqual(['time']);
    expect(readdirSync(folder.path)).toEqual(["o'ut.parquet"]);
  });

  it('that are missing or damaged are INPUT_UNREADABLE', async () => {
    writeFileSync(join(folder.path, 'bad.parquet'), 'PAR1 no');
    for (const name of ['bad.parquet', 'absent.parquet'])
      await expect(readAll(join(folder.path, name))).rejects.toMatchObject({ code: 'INPUT_UNREADABLE' });
  });
});

describe('DuckDB', () => {
  it('touches nothing outside its folder and cannot be reconfigured', async () => {
    const { connection, close } = await openDuckDb({ folder: join(folder.path, 'inside'), ...limits });
    writeFileSync(join(folder.path, 'secret.csv'), 'a\n1\n');
    const outside = join(folder.path, 'secret.csv');
    await expect(connection.run('SELECT * FROM read_csv($1)', [outside])).rejects.toThrow(/Permission/);
    await expect(connection.run('SELECT * FROM read_csv($1)', [join(folder.path, 'inside', '..', 'secret.csv')])).rejects.toThrow(
      /Permission/,
    );
    await expect(connection.run('COPY (SELECT 1) TO $1', [join(folder.path, 'x.csv')])).rejects.toThrow(/Permission/);
    await expect(connection.run('SET enable_external_access = true')).rejects.toThrow();
    await expect(connection.run('INSTALL httpfs')).rejects.toThrow();
    close();
  });
});
