import { snmpFormat } from '../metrics/snmp.ts';
import { timeOf } from './table.ts';
import { TIME_NAMES } from './time-names.ts';

const MOST_ROWS = 50;
/** Rows of numbers that are taken for readings although nothing names a time. */
const LEAST_UNTIMED_ROWS = 20;
const MOST_OBJECTS = 20;
const MOST_WALKED = 200;

/** Whether a text that begins so holds readings: walks of SNMP that have times, a table of numbers, with a time or without, or flat objects of a time and numbers. */
export function tellsReadings(head: string): boolean {
  const lines = head.replace(/^\ufeff/, '').split(/\r?\n/);
  if (lines.length > 2) lines.pop();
  return /^\s*[[{]/.test(head) ? readingObjects(head, lines) : tellsWalks(lines) || readingTable(lines);
}

/** Lines of snmpwalk whose values are numbers, with the time of a walk above them or before each. */
export function tellsWalks(lines: readonly string[]): boolean {
  const format = snmpFormat();
  let readings = 0;
  for (const line of lines.slice(0, MOST_WALKED)) {
    if (line.trim() === '') continue;
    const found = format.readings(line, { input: '', line: 0, arrival: Number.NaN });
    if (typeof found === 'string') return false;
    readings += found.length;
  }
  return readings > 0;
}

function readingTable(lines: readonly string[]): boolean {
  const first = lines[0] ?? '';
  const separator = ['\t', ';', ','].find((one) => first.includes(one)) ?? ',';
  const cells = (line: string): string[] => line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const names = cells(first);
  const headed = !names.every(isReading);
  const time = headed ? names.findIndex((name) => TIME_NAMES.has(name.toLowerCase())) : -1;
  const rows = lines.slice(headed ? 1 : 0, MOST_ROWS).filter((line) => line !== '');
  if (time >= 0 ? names.length < 2 || rows.length === 0 : rows.length < LEAST_UNTIMED_ROWS || !nameable(names, headed)) return false;
  let numbers = 0;
  for (const row of rows) {
    const values = cells(row);
    if (values.length !== names.length || (time >= 0 && Number.isNaN(timeOf(values[time] as string)))) return false;
    for (const [column, value] of values.entries()) {
      if (column === time || isAbsent(value)) continue;
      if (Number.isNaN(Number(value))) return false;
      numbers++;
    }
  }
  return numbers > 0;
}

/** A header without a time must still look like one: a different name over every column. */
function nameable(names: readonly string[], headed: boolean): boolean {
  return !headed || (names.every((name) => /^[A-Za-z_][\w .:%/()[\]-]*$/.test(name)) && new Set(names).size === names.length);
}

function isAbsent(cell: string): boolean {
  return cell === '' || /^(nan|null|na)$/i.test(cell);
}

function isReading(cell: string): boolean {
  return isAbsent(cell) || !Number.isNaN(Number(cell));
}

function readingObjects(head: string, lines: readonly string[]): boolean {
  const objects = head.trimStart().startsWith('[') ? firstObjects(head) : lines.slice(0, MOST_OBJECTS).filter((line) => line.trim() !== '');
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
  return [...head.matchAll(/\{[^{}]*\}/g)].slice(0, MOST_OBJECTS).map(([object]) => object);
}
