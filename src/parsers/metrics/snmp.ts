import { MAX_SERIES_NAME, type ReadingType } from '../../core/index.ts';
import { timeOf } from '../series/written-time.ts';
import type { MetricFormat, RecordReadings } from './format.ts';

const LINE =
  /^(?:(\S{8,40})\s+)?([A-Za-z0-9.:_-]+(?:\."[^"]*")?[A-Za-z0-9.]*) = (Counter32|Counter64|Gauge32|INTEGER|UInteger32|Unsigned32): (?:[A-Za-z]+\()?(-?\d+)\)?/;
const TYPES: Readonly<Record<string, ReadingType>> = { Counter32: 'counter', Counter64: 'counter' };
const MAX_INPUTS = 10_000;

/**
 * What snmpwalk and snmpget print, appended to one file per device: `IF-MIB::ifHCInOctets.1 = Counter64: 12345`. The time stands
 * before the name, or on a line `# 2026-01-31T12:00:00Z` before a walk; without either it is the record's arrival. Values of other
 * types (strings, addresses) are passed over.
 */
export function snmpFormat(): MetricFormat {
  const times = new Map<string, number>();
  return {
    name: 'snmp',
    summary: 'lines of snmpwalk or snmpget, one file per device',
    readings(text, { input, arrival }): RecordReadings {
      if (text.startsWith('#')) {
        const time = timeOf(text.slice(1).trim());
        if (Number.isNaN(time)) return [];
        times.delete(input);
        times.set(input, time);
        if (times.size > MAX_INPUTS) times.delete(times.keys().next().value as string);
        return [];
      }
      const match = LINE.exec(text.slice(0, 2048));
      if (match === null) return text.includes(' = ') ? [] : 'it is no line of snmpwalk';
      const [, stamp, object, type, value] = match as unknown as [string, string | undefined, string, string, string];
      const time = stamp === undefined ? (times.get(input) ?? arrival) : timeOf(stamp);
      if (Number.isNaN(time)) return `its time ${stamp} cannot be read`;
      const kind = TYPES[type];
      const number = Number(value);
      if (!Number.isFinite(number)) return `its value ${value.slice(0, 20)}… is too large`;
      const series = object.slice(0, MAX_SERIES_NAME);
      return [{ time, entity: deviceOf(input), series, value: number, ...(kind === undefined ? {} : { type: kind }) }];
    },
    state: () => [...times],
    restore(state) {
      times.clear();
      for (const [input, time] of (state ?? []) as [string, number][]) times.set(input, time);
    },
  };
}

function deviceOf(input: string): string {
  return input.slice(Math.max(input.lastIndexOf('/'), input.lastIndexOf('!')) + 1).replace(/\.[a-z]{2,5}$/i, '');
}
