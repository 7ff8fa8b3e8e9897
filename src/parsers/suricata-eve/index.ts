import type { DeadLetter, EventBatch, RecordBatch } from '../../core/index.ts';
import { sensorBatches } from '../sensor/batch.ts';
import { type Fields, isFields, text } from '../sensor/fields.ts';
import { type LineResult, rowsOf } from '../sensor/lines.ts';
import { alertRow, anomalyRow, dnsRow, fileRow, flowRow, httpRow, tlsRow } from './rows.ts';

const ROWS: Readonly<Record<string, (event: Fields) => LineResult>> = {
  alert: alertRow,
  anomaly: anomalyRow,
  dns: dnsRow,
  fileinfo: fileRow,
  flow: flowRow,
  netflow: flowRow,
  http: httpRow,
  tls: tlsRow,
};

export interface EveParser {
  parse(batch: RecordBatch, dead: (letter: DeadLetter) => void): EventBatch[];
  /** Events by `event_type`, those of types without a schema counted as `skipped`, and dead records. */
  counters(): Readonly<Record<string, number>>;
}

/** Suricata's EVE JSON lines -> signature, flow, dns, http and tls events. Other types (stats, …) are counted and left out. */
export function createEveParser(source: string): EveParser {
  const counts = { parsed: 0, skipped: 0, dead: 0 };
  const parseLine = (line: string): LineResult => {
    const result = line.trim() === '' ? undefined : eveRow(line);
    if (result === undefined && line.trim() !== '') counts.skipped++;
    return result;
  };
  return {
    parse(batch, dead) {
      const refuse = (letter: DeadLetter): void => {
        counts.dead++;
        dead(letter);
      };
      const rows = rowsOf(batch, source, refuse, parseLine);
      counts.parsed += rows.length;
      return sensorBatches(rows, source, batch.input);
    },
    counters: () => ({ ...counts }),
  };
}

function eveRow(line: string): LineResult {
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    return { reason: 'it is no JSON' };
  }
  if (!isFields(event)) return { reason: 'it is no JSON object' };
  const type = text(event, 'event_type');
  if (type === undefined) return { reason: 'it has no event_type' };
  return Object.hasOwn(ROWS, type) ? ROWS[type]?.(event) : undefined;
}
