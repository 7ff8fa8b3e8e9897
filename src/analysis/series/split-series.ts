import { modsPath, tellsReadings } from '../../parsers/index.ts';
import { type FileInput, headBytes } from '../../sources/index.ts';
import { isParquet } from '../../training/series/index.ts';

/** Holds a header of thousands of columns and a few rows. */
const HEAD_BYTES = 262_144;

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
  return headBytes(input, HEAD_BYTES).then(
    (bytes) => tellsReadings(new TextDecoder().decode(bytes)),
    () => false,
  );
}
