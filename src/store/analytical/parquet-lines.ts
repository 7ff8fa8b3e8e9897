import { type ParquetValue, readParquet } from './parquet.ts';

const encoder = new TextEncoder();

/**
 * A Parquet file as lines of JSON, an object a row in the order of the file: the same bytes each time. Timestamps are whole
 * microseconds; what is absent, and lists, are left out.
 */
export async function* parquetLines(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of readParquet(path)) {
    const columns = Object.entries(chunk);
    const rows = columns[0]?.[1].length ?? 0;
    const lines: string[] = [];
    for (let row = 0; row < rows; row++) {
      const fields = columns.flatMap(([name, values]): [string, ParquetValue][] => {
        const value = values[row];
        return value === undefined || typeof value === 'object' || (typeof value === 'number' && !Number.isFinite(value))
          ? []
          : [[name, value]];
      });
      lines.push(JSON.stringify(Object.fromEntries(fields)));
    }
    if (lines.length > 0) yield encoder.encode(`${lines.join('\n')}\n`);
  }
}
