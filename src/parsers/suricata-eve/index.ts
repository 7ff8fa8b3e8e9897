import { type Fields, isFields, text } from '../sensor/fields.ts';
import { type LineResult, type SensorLineParser, sensorLineParser } from '../sensor/lines.ts';
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

/** Suricata's EVE JSON lines -> signature, flow, dns, http and tls events. Other types (stats, …) are counted as `skipped` and left out. */
export function createEveParser(source: string): SensorLineParser {
  let skipped = 0;
  const parser = sensorLineParser(source, (line) => {
    if (line.trim() === '') return undefined;
    const result = eveRow(line);
    if (result === undefined) skipped++;
    return result;
  });
  return { parse: parser.parse, counters: () => ({ ...parser.counters(), skipped }) };
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
