import { logOfFields } from '../zeek/logs.ts';
import { isFields } from './fields.ts';

export type SensorFormat = 'suricata-eve' | 'zeek';

/**
 * What wrote a log, by its first lines: EVE has an event type and a flow or signature, Zeek a header, its names of the ends of a
 * connection, or all fields of one of its logs. Other programs have a `ts` and an `id` too, so these alone tell nothing.
 */
export function recogniseSensor(head: string): SensorFormat | undefined {
  for (const line of head.split('\n', 20)) {
    const trimmed = line.trim().replace(/^\ufeff/, '');
    if (trimmed === '') continue;
    if (HEADERS.some((header) => trimmed.startsWith(header))) return 'zeek';
    return trimmed.startsWith('{') ? ofRecord(trimmed) : undefined;
  }
  return undefined;
}

const HEADERS = ['#separator ', '#fields\t', '#path\t'];
const EVE = ['flow_id', 'src_ip', 'stats', 'alert', 'pcap_cnt'];
const ZEEK = ['_path', 'id.orig_h', 'id_orig_h', 'id.resp_h', 'id_resp_h'];

function ofRecord(line: string): SensorFormat | undefined {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isFields(record)) return undefined;
  const has = (name: string): boolean => Object.hasOwn(record, name);
  if (has('event_type') && has('timestamp') && EVE.some(has)) return 'suricata-eve';
  const stream = has('@stream') && record['@proc'] === 'zeek';
  return has('ts') && (ZEEK.some(has) || stream || logOfFields(record) !== undefined) ? 'zeek' : undefined;
}
