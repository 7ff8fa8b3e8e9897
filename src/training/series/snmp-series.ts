import { type SeriesFrame, VedetteError } from '../../core/index.ts';
import { counterStep } from '../../features/index.ts';
import { orderedFrame, type ParsedReading, snmpFormat } from '../../parsers/index.ts';

const MOST_SERIES = 10_000;

/**
 * What snmpwalk printed, walk after walk: a row for each time, a column for each object. Counters are rates a second since the row
 * before; where one was reset there is no rate. Throws FORMAT_INVALID where no walk has a time.
 */
export function readSnmpSeries(text: string, name: string): SeriesFrame {
  const format = snmpFormat();
  const series = new Map<string, ParsedReading[]>();
  for (const line of text.split('\n')) {
    const found = format.readings(line.replace(/\r$/, ''), { input: name, line: 0, arrival: Number.NaN });
    for (const reading of typeof found === 'object' ? found : []) {
      const own = series.get(reading.series);
      if (own !== undefined) own.push(reading);
      else if (series.size < MOST_SERIES) series.set(reading.series, [reading]);
    }
  }
  const times = [...new Set([...series.values()].flatMap((readings) => readings.map(({ time }) => time)))].sort((a, b) => a - b);
  if (times.length === 0) {
    throw new VedetteError('FORMAT_INVALID', `${name} holds no walk with a time`, {
      hint: 'Put a line such as "# 2026-01-31T12:00:00Z" before each walk, or the time before each name.',
    });
  }
  const rowOf = new Map(times.map((time, row) => [time, row]));
  const counts = { resets: 0, wraps: 0 };
  const columns = [...series].map(([channel, readings]) => ({ channel, values: columnOf(readings, rowOf, counts) }));
  const told = columns.filter(({ values }) => values.some((value) => Number.isFinite(value)));
  const frame = orderedFrame(
    told.map(({ channel }) => channel),
    times,
    told.map(({ values }) => values),
  );
  return { ...frame, counts: { ...frame.counts, ...counts } };
}

function columnOf(
  readings: readonly ParsedReading[],
  rowOf: ReadonlyMap<number, number>,
  counts: { resets: number; wraps: number },
): number[] {
  const values = new Array<number>(rowOf.size).fill(Number.NaN);
  let before: ParsedReading | undefined;
  for (const reading of [...readings].sort((a, b) => a.time - b.time)) {
    const row = rowOf.get(reading.time) as number;
    if (reading.type !== 'counter') {
      values[row] = reading.value;
      continue;
    }
    if (before !== undefined && reading.time > before.time) {
      const step = counterStep(before.value, reading.value);
      if (step.kind === 'reset') counts.resets++;
      else values[row] = step.increase / ((reading.time - before.time) / 1e6);
      if (step.kind === 'wrap') counts.wraps++;
    }
    before = reading;
  }
  return values;
}
