import { isFields } from './fields.ts';

export type SensorFormat = 'suricata-eve' | 'zeek';

/** What wrote a log, by its first lines: EVE has an event type and a flow or signature, Zeek a header or its names of fields. */
export function recogniseSensor(head: string): SensorFormat | undefined {
  for (const line of head.split('\n', 20)) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    if (trimmed.startsWith('#separator ') || trimmed.startsWith('#fields\t')) return 'zeek';
    return trimmed.startsWith('{') ? ofRecord(trimmed) : undefined;
  }
  return undefined;
}

const EVE = ['flow_id', 'src_ip', 'stats', 'alert', 'pcap_cnt'];
const ZEEK = ['uid', 'id.orig_h', 'id_orig_h', '_path', 'id'];

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
  return has('ts') && ZEEK.some(has) ? 'zeek' : undefined;
}
