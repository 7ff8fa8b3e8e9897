import { snmpFormat } from '../metrics/snmp.ts';
import { cellsOf } from './cells.ts';
import { layoutOf } from './layout.ts';
import { isAbsent, numberIn } from './numbers.ts';
import { namesTime } from './time-names.ts';
import { timeOf, writtenTime } from './written-time.ts';

/** Rows whose every cell is looked at; columns that name devices are told from all rows there are. */
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
    if (typeof found === 'string' || found === undefined) return false;
    readings += found.length;
  }
  return readings > 0;
}

function readingTable(lines: readonly string[]): boolean {
  const layout = layoutOf(lines);
  const { separator, headed, names, time, clock, values, decimal, dates } = layout;
  const rows = lines.slice(headed ? 1 : 0, MOST_ROWS).filter((line) => line !== '');
  if (time >= 0 ? names.length < 2 || rows.length === 0 : rows.length < LEAST_UNTIMED_ROWS || !nameable(names, headed)) return false;
  let numbers = 0;
  for (const [i, text] of rows.entries()) {
    const cells = cellsOf(text, separator);
    if (cells.length !== names.length) return false;
    const written = clock < 0 ? cells[time] : `${cells[time]} ${cells[clock]}`;
    if (time >= 0 && Number.isNaN(writtenTime(written as string, dates).time)) {
      // Units may stand below the names.
      if (i === 0 && rows.length > 1 && cells.every((cell) => cell.length < 24 && Number.isNaN(numberIn(cell, decimal)))) continue;
      return false;
    }
    for (const column of values) {
      const cell = cells[column] as string;
      if (isAbsent(cell)) continue;
      if (Number.isNaN(numberIn(cell, decimal))) return false;
      numbers++;
    }
  }
  return numbers > 0;
}

/** A header without a time must still look like one: a different name over every column. */
function nameable(names: readonly string[], headed: boolean): boolean {
  return !headed || (names.every((name) => /^[A-Za-z_][\w .:%/()[\]-]*$/.test(name)) && new Set(names).size === names.length);
}

function readingObjects(head: string, lines: readonly string[]): boolean {
  const objects = head.trimStart().startsWith('[') ? firstObjects(head) : lines.slice(0, MOST_OBJECTS).filter((line) => line.trim() !== '');
  if (objects.length === 0) return false;
  return objects.every((text) => {
    try {
      const fields = Object.entries(JSON.parse(text) as Record<string, unknown>);
      const time = fields.find(([name]) => namesTime(name));
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
