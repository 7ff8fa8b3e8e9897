import { cellsOf, separatorOf } from './cells.ts';
import { type Decimal, decimalOf, isAbsent, numberIn } from './numbers.ts';
import { datedColumns, namesTime, plainName } from './time-names.ts';
import { type DateOrder, dateOrderOf, isTime, timeOfDay } from './written-time.ts';

/** Columns of words that say what a row's values are of; the device first. */
const DEVICES = new Set([
  ...['entity', 'device', 'device_id', 'host', 'hostname', 'host_name', 'instance', 'node', 'machine', 'server', 'sensor', 'sensor_id'],
  ...['station', 'station_id', 'meter', 'meter_id', 'unit_id', 'asset', 'location', 'site', 'room', 'gerät', 'geraet'],
]);
const METRICS = new Set([
  'metric',
  'metric_name',
  'series',
  'variable',
  'parameter',
  'channel',
  'tag',
  'item',
  'name',
  'field',
  'interface',
]);
const UNITS = new Set(['unit', 'units', 'einheit', 'unité', 'unite', 'unidad', 'unità', 'unita']);
/** Columns of words beside values that part no series. */
const REMARKS = new Set(['quality', 'status', 'type', 'job']);
const VALUES = new Set(['value', 'val', 'reading', 'wert', 'valeur', 'valor', 'measurement', 'messwert', 'result', '_value']);

/** How a delimited table is written. */
export interface TableLayout {
  readonly separator: string;
  readonly headed: boolean;
  readonly names: readonly string[];
  /** Column of times; -1 = none. */
  readonly time: number;
  /** Column of the time of day, where `time` has the date only; -1 = none. */
  readonly clock: number;
  /** Columns of words that name the device and the metric; empty where every column is a series of its own. */
  readonly labels: readonly number[];
  /** Column of the unit of a row's value; -1 = none. */
  readonly unit: number;
  /** Columns of numbers. */
  readonly values: readonly number[];
  readonly decimal: Decimal;
  /** Of dates that are written as numbers. */
  readonly dates: DateOrder | undefined;
  /** What was taken for granted because nothing in the table tells. */
  readonly assumed: readonly string[];
}

export const isDevice = (name: string): boolean => DEVICES.has(plainName(name));
/** Of a column with what was read, in a table with a row for every metric. */
export const isValue = (name: string): boolean => VALUES.has(plainName(name));
export const isMetric = (name: string): boolean => METRICS.has(plainName(name));

const isRemark = (name: string): boolean => UNITS.has(plainName(name)) || REMARKS.has(plainName(name));
const isUnit = (name: string): boolean => UNITS.has(plainName(name));

/** Cells looked at; of larger tables rows all over them. */
const MOST_EVIDENCE = 4_000_000;

/** Of lines without their ends, the first perhaps a header. `ignored`: columns that are no readings. */
export function layoutOf(lines: readonly string[], ignored: ReadonlySet<string> = new Set()): TableLayout {
  const head = lines[0] ?? '';
  const separator = separatorOf(head);
  const first = cellsOf(head, separator);
  const headed = !first.every(
    (cell) => isAbsent(cell) || !Number.isNaN(numberIn(cell, ',')) || !Number.isNaN(numberIn(cell, '.')) || isTime(cell),
  );
  const names = headed ? first : first.map((_, i) => `channel_${i + 1}`);
  const rows: string[][] = [];
  const apart = Math.max(1, Math.ceil((lines.length * names.length) / MOST_EVIDENCE));
  for (let i = headed ? 1 : 0; i < lines.length; i += apart) {
    if (lines[i] !== '') rows.push(cellsOf(lines[i] as string, separator));
  }
  const columnOf = (column: number) => rows.map((row) => row[column] ?? '');
  const [time, clock] = headed ? timeColumns(names, columnOf) : [-1, -1];
  const dates = time < 0 ? undefined : dateOrderOf(columnOf(time));
  const others = names.flatMap((name, column) => (column === time || column === clock || ignored.has(name) ? [] : [column]));
  const { decimal, assumed } = decimalOf(cellsIn(rows, others), separator);
  const labels = headed && time >= 0 ? labelColumns({ names, time, clock }, others, rows, decimal) : [];
  const numeric = others.filter((column) => !labels.includes(column) && !(labels.length > 0 && isRemark(names[column] as string)));
  return {
    ...{ separator, headed, names, time, clock, decimal, labels },
    unit: labels.length === 0 ? -1 : names.findIndex(isUnit),
    values: numeric,
    dates: dates?.order,
    assumed: [
      ...(dates?.assumed === true ? [`nothing tells whether dates have the day or the month first; ${dates.order} was assumed`] : []),
      ...(assumed
        ? [`nothing tells whether commas in numbers part thousands or decimals; ${decimal === ',' ? 'decimals' : 'thousands'} was assumed`]
        : []),
    ],
  };
}

/** In words, for reports. */
export function describeLayout(layout: TableLayout, series: number): string {
  const { separator, decimal, names, time, clock, labels, dates, assumed, values } = layout;
  const said = [
    `a table separated by ${{ '\t': 'tabs', ';': 'semicolons' }[separator] ?? 'commas'}${decimal === ',' ? ' with decimal commas' : ''}`,
  ];
  if (time >= 0) said.push(`times from ${names[time]}${clock < 0 ? '' : ` and ${names[clock]}`}${dates === undefined ? '' : `, ${dates}`}`);
  if (labels.length > 0)
    said.push(
      `one series for each ${labels.map((column) => names[column]).join(' and ')} (${series.toLocaleString('en')}), values from ${values.map((column) => names[column]).join(', ')}`,
    );
  return `Read as ${said.join('; ')}.${assumed.map((one) => ` ${one[0]?.toUpperCase()}${one.slice(1)}.`).join('')}`;
}

/** The column with the times, and that of the time of day beside one with dates. */
function timeColumns(names: readonly string[], columnOf: (column: number) => readonly string[]): [number, number] {
  const dated = datedColumns(names);
  if (dated !== undefined) {
    const cells = columnOf(dated.clock).filter((cell) => cell !== '');
    if (cells.length > 0 && cells.every((cell) => !Number.isNaN(timeOfDay(cell)))) return [dated.date, dated.clock];
  }
  const named = names.findIndex(namesTime);
  if (named >= 0) return [named, -1];
  // Whatever its name, a first column of dates is one of times.
  const cells = columnOf(0);
  return [cells.length > 0 && cells.every((cell) => /[-/.:]/.test(cell) && isTime(cell)) ? 0 : -1, -1];
}

/**
 * Columns that part the rows into series: those of words that are named as a device; those named as a metric, or with the numbers of
 * devices, where what they hold comes again or each moment has several. None where what is left is no column of values: those are
 * records, no readings.
 */
function labelColumns(
  { names, time, clock }: Pick<TableLayout, 'names' | 'time' | 'clock'>,
  columns: readonly number[],
  rows: readonly (readonly string[])[],
  decimal: Decimal,
): number[] {
  const labels = columns.filter((column) => {
    const name = names[column] as string;
    const words = rows.some((row) => Number.isNaN(numberIn(row[column] ?? '', decimal)));
    return isDevice(name) ? words || comesAgain(column) : words && isMetric(name) && comesAgain(column);
  });
  const values = columns.filter((column) => !labels.includes(column) && !isRemark(names[column] as string));
  const named = values.some((column) => isValue(names[column] as string));
  const metric = labels.some((column) => isMetric(names[column] as string));
  return metric && !named && values.length !== 1 ? [] : labels;

  function comesAgain(column: number): boolean {
    const words = new Set<string>();
    const times = new Set<string>();
    for (const row of rows) {
      words.add(row[column] ?? '');
      times.add(`${row[time]} ${row[clock] ?? ''}`);
    }
    return Math.min(words.size, times.size) * 2 <= rows.length || rows.length < 4;
  }
}

function* cellsIn(rows: readonly (readonly string[])[], columns: readonly number[]): Generator<string> {
  for (const row of rows) for (const column of columns) yield row[column] ?? '';
}
