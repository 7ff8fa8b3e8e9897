import { type SeriesFrame, VedetteError } from '../../core/index.ts';
import { namesTime, orderedFrame, timeOf } from '../../parsers/index.ts';
import { type FileInput, headBytes, readBytes } from '../../sources/index.ts';
import { type ParquetValue, readParquet } from '../../store/index.ts';

const MOST_ROWS = 10_000_000;

/** Told by its first bytes; files inside archives and packed ones are not looked at. */
export async function isParquet(input: FileInput): Promise<boolean> {
  if (input.member !== undefined || input.bytes < 12) return false;
  const head = await headBytes(input, 4).catch(() => new Uint8Array(0));
  return new TextDecoder().decode(head) === 'PAR1';
}

/** Its numeric columns over its column of times. */
export async function readParquetSeries(input: FileInput, ignore: readonly string[]): Promise<{ frame: SeriesFrame; sha256: string }> {
  const times: number[] = [];
  const columns = new Map<string, number[]>();
  for await (const chunk of readParquet(input.path)) {
    const names = Object.keys(chunk);
    const time = names.find((name) => namesTime(name));
    if (time === undefined) throw unusable(input, 'has no column of times');
    for (const [row, cell] of (chunk[time] ?? []).entries()) {
      const at = micros(cell);
      if (Number.isNaN(at) || times.length >= MOST_ROWS) continue;
      times.push(at);
      for (const name of names) {
        if (name === time || ignore.includes(name)) continue;
        const value = chunk[name]?.[row];
        const column = columns.get(name) ?? new Array<number>(times.length - 1).fill(Number.NaN);
        column.push(typeof value === 'number' ? value : Number.NaN);
        columns.set(name, column);
      }
    }
  }
  const kept = [...columns].filter(([, values]) => values.some((value) => !Number.isNaN(value)));
  if (times.length === 0 || kept.length === 0) throw unusable(input, 'holds no readings');
  const stream = readBytes(input);
  for await (const _ of stream.chunks);
  const frame = orderedFrame(
    kept.map(([name]) => name),
    times,
    kept.map(([, values]) => values),
  );
  return { frame, sha256: stream.digest() };
}

/** TIMESTAMP columns come as microseconds; text and numbers are read as in tables. */
function micros(cell: ParquetValue): number {
  if (typeof cell === 'number' && cell > 1e14) return cell;
  return typeof cell === 'number' || typeof cell === 'string' ? timeOf(String(cell)) : Number.NaN;
}

function unusable(input: FileInput, problem: string): VedetteError {
  return new VedetteError('FORMAT_INVALID', `${input.name} ${problem}`, {
    hint: 'a series has a column such as timestamp and columns of numbers',
  });
}
