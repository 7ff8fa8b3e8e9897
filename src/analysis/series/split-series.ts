import { modsPath, timeOf } from '../../parsers/index.ts';
import { type FileInput, headBytes } from '../../sources/index.ts';
import { isParquet } from '../../training/series/index.ts';

/** Holds a header of thousands of columns and a few rows. */
const HEAD_BYTES = 262_144;
const TIME_NAMES = new Set(['timestamp', 'time', 'datetime', 'date', 'ts', 'window_start', '@timestamp']);

/** Columns that say what is abnormal; they are no readings. */
export const LABEL_COLUMNS: readonly string[] = ['label', 'Label', 'labels', 'anomaly', 'is_anomaly', 'changepoint'];

/** Readings over time, told by their first lines, and the rest. */
export async function splitSeries(inputs: readonly FileInput[]): Promise<{ series: FileInput[]; records: FileInput[] }> {
  const series: FileInput[] = [];
  const records: FileInput[] = [];
  for (const input of inputs) ((await holdsReadings(input)) ? series : records).push(input);
  return { series, records };
}

async function holdsReadings(input: FileInput): Promise<boolean> {
  if (modsPath(input.name) !== undefined || modsPath(input.path) !== undefined) return true;
  if (input.bytes === 0) return false;
  if (await isParquet(input)) return true;
  // An input that cannot be opened holds none; whoever reads it says why.
  const head = await headBytes(input, HEAD_BYTES).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '',
  );
  const lines = head.replace(/^\ufeff/, '').split(/\r?\n/);
  if (lines.length > 2) lines.pop();
  return /^\s*[[{]/.test(head) ? readingObjects(head, lines) : readingTable(lines);
}

/** A header with a column of times, rows of a time and numbers. */
function readingTable(lines: readonly string[]): boolean {
  const separator = ['\t', ';', ','].find((one) => lines[0]?.includes(one));
  if (separator === undefined) return false;
  const cells = (line: string) => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const names = cells(lines[0] as string);
  const time = names.findIndex((name) => TIME_NAMES.has(name.toLowerCase()));
  const rows = lines.slice(1, 50).filter((line) => line !== '');
  if (time < 0 || names.length < 2 || rows.length === 0) return false;
  let numbers = 0;
  for (const row of rows) {
    const values = cells(row);
    if (values.length !== names.length || Number.isNaN(timeOf(values[time] as string))) return false;
    for (const [column, value] of values.entries()) {
      if (column === time || value === '' || /^(nan|null|na)$/i.test(value)) continue;
      if (Number.isNaN(Number(value))) return false;
      numbers++;
    }
  }
  return numbers > 0;
}

/** Objects of a time and numbers, nothing else. */
function readingObjects(head: string, lines: readonly string[]): boolean {
  const objects = head.trimStart().startsWith('[') ? firstObjects(head) : lines.slice(0, 20).filter((line) => line.trim() !== '');
  if (objects.length === 0) return false;
  return objects.every((text) => {
    try {
      const fields = Object.entries(JSON.parse(text) as Record<string, unknown>);
      const time = fields.find(([name]) => TIME_NAMES.has(name.toLowerCase()));
      const others = fields.filter((field) => field !== time);
      return (
        time !== undefined &&
        !Number.isNaN(timeOf(String(time[1]))) &&
        others.length > 0 &&
        others.every(([, value]) => typeof value === 'number' || value === null)
      );
    } catch {
      return false;
    }
  });
}

function firstObjects(head: string): string[] {
  return [...head.matchAll(/\{[^{}]*\}/g)].slice(0, 20).map(([object]) => object);
}
