import { describe, expect, it } from 'vitest';
import type { RuleFinding } from '../../core/index.ts';
import { createEveParser } from '../../parsers/index.ts';
import { SensorAlerts } from './detector.ts';

const eve = (second: number, type: string, source: string, more: object): string =>
  JSON.stringify({
    timestamp: `2026-01-02T00:00:${String(second).padStart(2, '0')}.000000+0000`,
    flow_id: source === '203.0.113.5' ? 7 : 8,
    event_type: type,
    src_ip: source,
    src_port: 40_000,
    dest_ip: '192.168.1.9',
    dest_port: 445,
    proto: 'TCP',
    ...more,
  });
const alert = (second: number, source: string, toServer: number, toClient: number, name = 'ET CINS list group 9'): string =>
  eve(second, 'alert', source, {
    alert: { gid: 1, signature_id: 5, signature: name, severity: 2, category: 'Misc Attack' },
    flow: { pkts_toserver: toServer, pkts_toclient: toClient },
  });
const flow = (second: number, source: string, toServer: number, toClient: number): string =>
  eve(second, 'flow', source, { flow: { pkts_toserver: toServer, pkts_toclient: toClient, start: '2026-01-02T00:00:00.000000+0000' } });

function found(lines: readonly string[], detector = new SensorAlerts('suricata', 25)): RuleFinding[] {
  const parser = createEveParser('t');
  return lines.flatMap((line, i) => {
    const bytes = new TextEncoder().encode(`${line}\n`);
    const batches = parser.parse(
      { input: 'eve.json', generation: 'g', offset: i * 1000, line: i + 1, bytes, arrival: 2e15, last: false },
      () => {},
    );
    return batches.flatMap((batch) => detector.take(batch));
  });
}
const told = (findings: readonly RuleFinding[]) => findings.map(({ title, severity }) => [title, severity]);

describe('signatures on what nothing has answered', () => {
  it('are low where the internet knocks, and told in full once it was answered', () => {
    expect(told(found([alert(1, '203.0.113.5', 1, 0), flow(9, '203.0.113.5', 12, 9)]))).toEqual([
      ['ET CINS list group 9', 5],
      ['ET CINS list group 9, and it was answered', 50],
    ]);
    expect(told(found([alert(1, '203.0.113.5', 1, 0), flow(9, '203.0.113.5', 2, 1)]))).toEqual([['ET CINS list group 9', 5]]);
  });

  it('count in full from inside, within a connection, and where the sensor does not say', () => {
    expect(told(found([alert(1, '192.168.1.7', 1, 0)]))).toEqual([['ET CINS list group 9', 50]]);
    expect(told(found([alert(1, '203.0.113.5', 6, 5)]))).toEqual([['ET CINS list group 9', 50]]);
    const silent = eve(1, 'alert', '203.0.113.5', { alert: { gid: 1, signature_id: 5, signature: 'x', severity: 2 } });
    expect(told(found([silent]))).toEqual([['x', 50]]);
  });

  it('wait for the end of their flow over a restart, and are one type whatever the part of the list', () => {
    const first = new SensorAlerts('suricata', 25);
    const [before] = found([alert(1, '203.0.113.5', 1, 0)], first);
    const again = new SensorAlerts('suricata', 25);
    again.restore(first.snapshot());
    expect(told(found([flow(9, '203.0.113.5', 12, 9)], again))).toEqual([['ET CINS list group 9, and it was answered', 50]]);
    expect(before?.explanation.contributions[0]?.subject).toBe('ET CINS list');
  });
});
