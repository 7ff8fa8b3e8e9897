import { describe, expect, it } from 'vitest';
import { checkConfig, configSchema, type SourceConfig } from '../../src/config/index.ts';
import type { Detection, RecordBatch } from '../../src/core/index.ts';
import { SensorAlerts } from '../../src/detectors/sensor-alerts/index.ts';
import { createSensorParser } from '../../src/parsers/index.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { LaneOutput } from '../../src/pipeline/lane/lane.ts';
import { LaneRules } from '../../src/pipeline/lane/rules.ts';
import { SensorLane } from '../../src/pipeline/lane/sensor-lane.ts';

const START = Date.UTC(2026, 0, 2);

async function makeLane(): Promise<SensorLane> {
  const schema = configSchema(catalogueOf(await loadComponents()));
  const value = { tenants: { t: { sources: [{ type: 'directory', name: 'ids', path: '/nowhere', records: 'sensor' }] } } };
  const source = checkConfig(value, schema).config.tenants.t?.sources[0] as SourceConfig;
  const rules = ['suricata', 'zeek'].map(
    (engine) => new LaneRules(new SensorAlerts(engine, 25), { tenant: 't', source: 'ids', detector: engine }),
  );
  return new SensorLane({ source, rules, scorers: [] }, createSensorParser(source.name));
}

const at = (second: number): string => new Date(START + second * 1000).toISOString().replace('Z', '+0000');
const eve = (second: number, type: string, more: object): string =>
  JSON.stringify({ timestamp: at(second), flow_id: 7, event_type: type, src_ip: '10.0.0.9', dest_ip: '10.0.0.1', dest_port: 80, ...more });
const alert = (second: number, severity: number, more: object = {}): string =>
  eve(second, 'alert', { alert: { gid: 1, signature_id: 5, signature: 'bad bytes', severity, category: 'Trojan' }, ...more });

const EVE = [
  alert(1, 1, { direction: 'to_client' }),
  eve(2, 'dns', { dns: { rrname: 'example.org', rrtype: 'A' } }),
  alert(3, 4),
  'not json',
  eve(4, 'stats', { stats: {} }),
  alert(40 * 86_400, 1),
];
const ZEEK = [
  '#separator \\x09',
  '#path\tnotice',
  '#fields\tts\tid.orig_h\tid.resp_h\tnote\tmsg',
  `${START / 1000 + 5}\t10.0.0.9\t10.0.0.2\tScan::Port_Scan\t10.0.0.9 scanned 300 ports`,
];

function batches(input: string, lines: readonly string[], perBatch: number): RecordBatch[] {
  const encoder = new TextEncoder();
  const out: RecordBatch[] = [];
  let offset = 0;
  for (let i = 0; i < lines.length; i += perBatch) {
    const bytes = encoder.encode(`${lines.slice(i, i + perBatch).join('\n')}\n`);
    out.push({ input, generation: 'g', offset, line: i + 1, bytes, arrival: (START + 60_000) * 1000, last: i + perBatch >= lines.length });
    offset += bytes.length;
  }
  return out;
}

async function run(perBatch: number, restoreBefore = -1) {
  let lane = await makeLane();
  const detections: Omit<Detection, 'lineage'>[] = [];
  const kinds: Record<string, number> = {};
  let dead = 0;
  const take = ({ findings, events, dead: letters }: LaneOutput): void => {
    detections.push(...findings.map(({ detection }) => detection));
    for (const { batch } of events) kinds[batch.kind] = (kinds[batch.kind] ?? 0) + batch.rows;
    dead += letters.length;
  };
  const all = [...batches('eve.json', EVE, perBatch), ...batches('notice.log', ZEEK, perBatch)];
  for (const [i, batch] of all.entries()) {
    if (i === restoreBefore) {
      const again = await makeLane();
      await again.restore(await lane.snapshot());
      lane = again;
    }
    take(await lane.process(batch));
  }
  take(await lane.end());
  return { detections, kinds, dead, counters: lane.counters };
}

describe('records of sensors', () => {
  it('become events of their kinds, alerts of those that matter, and dead letters', async () => {
    const { detections, kinds, dead, counters } = await run(100);
    expect(kinds).toEqual({ signature: 3, dns: 1 });
    expect([dead, counters.future, counters.unparsed]).toEqual([2, 1, 1]);
    expect(detections.map(({ detector, title, severity }) => [detector, title, severity])).toEqual([
      ['suricata', 'bad bytes', 75],
      ['zeek', 'Scan::Port_Scan', 50],
    ]);
  });

  it('name who began the flow as the entity, the other end as related', async () => {
    const { detections } = await run(100);
    expect(detections[0]).toMatchObject({ entity: '10.0.0.1', related: ['10.0.0.9'] });
    expect(detections[1]).toMatchObject({ entity: '10.0.0.9', related: ['10.0.0.2'] });
    expect(detections[1]?.explanation.why).toContain('scanned 300 ports');
  });

  it('give the same however they are cut into batches and wherever a snapshot falls', async () => {
    const whole = await run(100);
    for (const restoreBefore of [-1, 1, 4, 8]) expect(await run(1, restoreBefore)).toEqual(whole);
  });
});
