import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EventBatch, RuleFinding } from '../../core/index.ts';
import { featureDeclaration, featureRunner, planFeature } from '../../features/index.ts';
import { type SensorRow, sensorBatches } from '../../parsers/sensor/batch.ts';
import { config } from './config.ts';
import { USE_CASES } from './definitions/index.ts';
import { UseCases } from './detector.ts';
import { FEATURES } from './features.ts';

const SECOND = 1_000_000;
const START = 1_700_000_000 * SECOND;

function detector(options: unknown = {}, declared = {}): UseCases {
  return new UseCases(config.parse(options), featureRunner, { declared });
}

function batchOf(kind: SensorRow['kind'], rows: readonly SensorRow['values'][]): EventBatch {
  const events = rows.map(
    (values, i): SensorRow => ({
      kind,
      values: { ...values, time: START + Number(values.time) * SECOND },
      attributes: undefined,
      offset: i * 100,
      line: i + 1,
      length: 100,
    }),
  );
  return sensorBatches(events, 's', 'events')[0] as EventBatch;
}

const flow = (time: number, values: SensorRow['values'] = {}): SensorRow['values'] => ({
  time,
  sourceAddress: '10.0.0.1',
  sourcePort: 50_000,
  destinationAddress: '10.0.0.2',
  destinationPort: 443,
  protocol: 6,
  forwardPackets: 5,
  backwardPackets: 5,
  forwardBytes: 500,
  backwardBytes: 5000,
  durationMicros: 1000,
  state: 'SF',
  ...values,
});

const ONE_WAY = { backwardPackets: undefined, backwardBytes: undefined };
const OUT = { destinationAddress: '198.51.100.1' };
const AMPLIFIER = { ...ONE_WAY, sourcePort: 123, destinationPort: 40_000, protocol: 17, state: 'one-way' };

const request = (time: number, values: SensorRow['values'] = {}): SensorRow['values'] => ({
  time,
  sourceAddress: '10.0.0.1',
  sourcePort: 50_000,
  destinationAddress: '10.0.0.2',
  destinationPort: 80,
  method: 'GET',
  host: 'www.example.com',
  path: '/',
  ...values,
});

function run(one: UseCases, kind: SensorRow['kind'], rows: readonly SensorRow['values'][]): RuleFinding[] {
  const found = [...one.take(batchOf(kind, rows)), ...one.advance(Number.POSITIVE_INFINITY)];
  return [...new Map(found.map((finding) => [`${finding.rule}|${finding.key}|${finding.start}`, finding])).values()];
}

const rules = (found: readonly RuleFinding[]): string[] => [...new Set(found.map(({ rule }) => rule))].sort();
const many = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

describe('allowed scanners', () => {
  const scan = (sourceAddress: string) => many(30, (i) => flow(i, { sourceAddress, destinationPort: 1 + i }));

  it('have their scans counted, not told, also after a restart; others do not', () => {
    const [plain, allowing, again] = [detector(), detector({ allowedScanners: ['10.0.0.1'] }), detector({ allowedScanners: ['10.0.0.1'] })];
    expect(rules(run(plain, 'flow', scan('10.0.0.1')))).toContain('flow-port-scan');
    expect(rules(run(allowing, 'flow', scan('10.0.0.1')))).not.toContain('flow-port-scan');
    const { findings = 0, scans_allowed = 0 } = allowing.counters();
    expect(scans_allowed).toBeGreaterThan(0);
    expect(findings + scans_allowed).toBe(plain.counters().findings);
    again.restore(allowing.snapshot());
    expect(again.counters()).toMatchObject({ findings, scans_allowed });
    expect(rules(run(detector({ allowedScanners: ['10.0.0.1'] }), 'flow', scan('10.0.0.3')))).toContain('flow-port-scan');
  });
});

describe('shipped use cases', () => {
  it('use features that every engine they name can run, and aggregates these have', () => {
    for (const [name, declaration] of Object.entries(FEATURES)) {
      expect(
        planFeature(name, featureDeclaration.parse({ ...declaration, engines: ['embedded', 'duckdb'] }), ['10.0.0.0/8']),
      ).toHaveProperty('plan');
    }
    for (const { name, feature, levels, history, about, techniques } of USE_CASES) {
      const declaration = FEATURES[feature];
      const used = [...levels.map(({ column }) => column), ...(history === undefined ? [] : [history.column])];
      expect([name, used.filter((column) => declaration?.aggregates[column] === undefined)]).toEqual([name, []]);
      expect(declaration?.key).toContain(about);
      expect(techniques.length).toBeGreaterThan(0);
    }
  });

  it.each<[string, SensorRow['kind'], SensorRow['values'][]]>([
    ['flow-port-scan', 'flow', many(20, (i) => flow(i, { destinationPort: i + 1, state: 'REJ' }))],
    ['flow-host-scan', 'flow', many(12, (i) => flow(i, { destinationAddress: `10.0.1.${i}`, state: 'S0', backwardPackets: 0 }))],
    [
      'flow-icmp-sweep',
      'flow',
      many(12, (i) => flow(i, { destinationAddress: `10.0.1.${i}`, protocol: 1, sourcePort: 8, destinationPort: 0, backwardPackets: 0 })),
    ],
    [
      'answered-sweep',
      'flow',
      many(12, (i) => flow(i, { destinationAddress: `10.0.1.${i}`, protocol: 1, sourcePort: 8, destinationPort: 0 })),
    ],
    ['slow-port-scan', 'flow', many(30, (i) => flow(i * 60, { destinationPort: i + 1, state: 'REJ' }))],
    ['slow-host-scan', 'flow', many(40, (i) => flow(i * 60, { destinationAddress: `10.0.1.${i}`, state: 'S0', backwardPackets: 0 }))],
    [
      'sampled-syn-flood',
      'flow',
      many(600, (i) => flow(i / 100, { sourceAddress: `198.51.${i % 100}.1`, state: i % 9 === 0 ? 'one-way' : 'one-way syn', ...ONE_WAY })),
    ],
    [
      'one-way-amplification',
      'flow',
      many(60, (i) => flow(i / 10, { ...AMPLIFIER, sourceAddress: `198.51.100.${i % 30}`, forwardPackets: 200, forwardBytes: 2.8e5 })),
    ],
    ['http-flood', 'http', many(1500, (i) => request(i / 200, { sourceAddress: `198.51.100.${i % 40}`, path: `/?q=${i}` }))],
    ['http-flood-source', 'http', many(2500, (i) => request(i / 300, { path: '/login' }))],
    ['connection-flood', 'flow', many(1500, (i) => flow(i / 200, { sourceAddress: `198.51.100.${i % 40}`, forwardBytes: 410 + (i % 5) }))],
    [
      'slow-attack-of-many',
      'flow',
      many(240, (i) => flow(i / 4, { sourceAddress: `198.51.100.${i % 40}`, durationMicros: 60 * SECOND, backwardBytes: 0 })),
    ],
    [
      'echo-tunnel',
      'flow',
      many(30, (i) => flow(i, { protocol: 1, sourcePort: 8, destinationPort: 0, forwardPackets: 50, forwardBytes: 6e4 })),
    ],
    [
      'dns-text-beacon',
      'dns',
      many(20, (i) => ({ time: i * 45, sourceAddress: '10.0.0.1', query: `a${i}.t.example.com`, queryType: 'TXT' })),
    ],
    ['flow-brute-force', 'flow', many(12, (i) => flow(i, { destinationPort: 22 }))],
    ['flow-brute-force-silent', 'flow', many(12, (i) => flow(i, { destinationPort: 1433 }))],
    ['flow-syn-flood', 'flow', many(600, (i) => flow(i / 100, { sourceAddress: `198.51.${i % 100}.1`, state: 'S0', backwardPackets: 0 }))],
    ['flow-syn-flood-port', 'flow', many(1100, (i) => flow(i / 200, { state: 'S0', forwardPackets: 1, backwardPackets: 0 }))],
    [
      'flow-amplification',
      'flow',
      many(30, (i) =>
        flow(i / 10, {
          sourceAddress: `198.51.100.${i}`,
          sourcePort: 161,
          protocol: 17,
          forwardBytes: 5000,
          backwardPackets: 0,
          state: undefined,
        }),
      ),
    ],
    [
      'flow-syn-ack-reflection',
      'flow',
      many(120, (i) => flow(i / 20, { destinationAddress: `198.51.100.${i}`, forwardPackets: 0, state: 'OTH' })),
    ],
    ['slow-attack', 'flow', many(40, (i) => flow(i, { durationMicros: 60 * SECOND, forwardBytes: 300, backwardBytes: 0 }))],
    ['administration-spread', 'flow', many(6, (i) => flow(i, { destinationAddress: `10.0.1.${i}`, destinationPort: 445 }))],
    ['remote-execution', 'flow', [flow(0, { destinationPort: 135 }), flow(1, { destinationPort: 49_700 })]],
    ['upload-to-new-destination', 'flow', [flow(0, { destinationAddress: '198.51.100.1', forwardBytes: 2e8, backwardBytes: 1e5 })]],
    [
      'upload-to-one-destination',
      'flow',
      // Known already, by one small connection; then one long one of which the meter tells a part every two minutes.
      [
        flow(0, { destinationAddress: '198.51.100.1' }),
        ...many(90, (i) => flow(7200 + i * 120, { ...OUT, forwardBytes: 3e7, backwardBytes: 2e5 })),
      ],
    ],
    [
      'upload-over-a-day',
      'flow',
      [
        flow(0, { destinationAddress: '198.51.100.1' }),
        ...many(40, (i) => flow(3600 + i * 1800, { ...OUT, forwardBytes: 3e7, backwardBytes: 0 })),
      ],
    ],
    [
      'upload-to-new-destination',
      'flow',
      [flow(0, { ...OUT, ...ONE_WAY, state: 'one-way fin', forwardPackets: 150_000, forwardBytes: 2e8 })],
    ],
    [
      'one-way-sweep',
      'flow',
      many(12, (i) =>
        flow(i, { ...ONE_WAY, destinationAddress: `10.0.1.${i}`, protocol: 1, sourcePort: 0, destinationPort: 2048, state: 'one-way' }),
      ),
    ],
    ['beacon', 'flow', many(20, (i) => flow(i * 60, { destinationAddress: '198.51.100.1', destinationPort: 8443 }))],
    [
      'flow-dns-tunnel',
      'dns',
      many(60, (i) => ({ time: i / 2, sourceAddress: '10.0.0.1', query: `${`abcdefghijklmnopqrst${i}`}.t.example.com` })),
    ],
    [
      'many-signatures',
      'signature',
      many(6, (i) => ({ time: i, sourceAddress: '10.0.0.1', destinationAddress: `10.0.1.${i}`, ruleId: `r${i}`, severity: 50 })),
    ],
    [
      'device-silent',
      'metric',
      many(300, (i) => ({ time: i < 200 ? i * 60 : i * 600, entity: i < 200 ? 'pump' : 'valve', series: 's', value: 1 })),
    ],
    ['service-silent', 'flow', many(600, (i) => flow(i * 20, i < 500 ? {} : { state: 'S0', backwardPackets: 0 }))],
  ])('%s fires on what it is for', (rule, kind, rows) => {
    expect(rules(run(detector(), kind, rows))).toContain(rule);
  });

  it('compares with the own past of a host, and says so', () => {
    const hours = many(31, (i) => flow(i * 3600, { destinationAddress: '198.51.100.1', forwardBytes: i === 30 ? 9e8 : 2e7 + i }));
    const found = run(detector(), 'flow', hours);
    const upload = found.find(({ rule }) => rule === 'upload-volume');
    expect([upload?.entity, upload?.start]).toEqual(['10.0.0.1', Math.floor((START + 30 * 3600 * SECOND) / 3.6e9) * 3.6e9]);
    expect(upload?.explanation.contributions[0]?.expected).toMatch(
      /^fewer than 200,000,\d+ \(its own 30 earlier windows: usually 20,000,\d+/,
    );
    expect(
      rules(
        run(
          detector(),
          'flow',
          many(31, (i) => flow(i * 3600, { destinationAddress: '198.51.100.1', forwardBytes: 9e8 })),
        ),
      ),
    ).not.toContain('upload-volume');
  });

  it('finds guessing at services that do not greet beside packets too, and leaves the others to them', () => {
    const guesses = (destinationPort: number) => many(12, (i) => flow(i, { destinationPort }));
    const found = (port: number) =>
      rules(run(new UseCases(config.parse({}), featureRunner, { beside: ['packet-windows'] }), 'flow', guesses(port)));
    for (const port of [993, 995, 1433, 5432]) expect(found(port), String(port)).toEqual(['flow-brute-force-silent']);
    expect(found(22)).toEqual([]);
    for (const port of [22, 1433]) expect(rules(run(detector(), 'flow', guesses(port)))).toHaveLength(1);
  });

  it('records of one direction are no flood, scan or outage: they tell nothing of answers', () => {
    const record = (time: number, values: SensorRow['values']) => flow(time, { ...ONE_WAY, state: 'one-way fin', ...values });
    const visitors = many(3000, (i) => record(i / 150, { sourceAddress: `198.51.${i % 100}.1` }));
    // The same exporter tells the answers too, as flows from the server's port.
    const answers = many(3000, (i) =>
      record(i / 150, { sourceAddress: '10.0.0.2', sourcePort: 8443, destinationAddress: '10.0.0.7', destinationPort: 40_000 + i }),
    );
    const outward = many(100, (i) => record(i / 5, { destinationAddress: `203.0.113.${i}` }));
    const names = many(600, (i) => record(i / 60, { ...AMPLIFIER, sourcePort: 53, forwardPackets: 1, forwardBytes: 300 }));
    const found = run(detector(), 'flow', [...visitors, ...answers, ...outward, ...names]);
    // So many connections of the same size are a flood of another kind.
    expect(new Set(found.map(({ rule, key }) => `${rule} ${key}`))).toEqual(new Set(['connection-flood 10.0.0.2 port 443']));
  });

  it('of one direction, connections that were only asked for are a flood', () => {
    const asked = many(600, (i) => flow(i / 100, { ...ONE_WAY, sourceAddress: `198.51.${i % 100}.1`, state: 'attempt' }));
    expect(rules(run(detector(), 'flow', asked))).toContain('flow-syn-flood');
  });

  it.each<[string, SensorRow['kind'], SensorRow['values'][]]>([
    [
      'many transfers over SSH, as git and builds make them',
      'flow',
      many(400, (i) =>
        flow(i * 2, { destinationPort: 22, forwardBytes: 3000 + ((i * 7919) % 5000), backwardBytes: 4000 + ((i * 104_729) % 60_000) }),
      ),
    ],
    [
      'monitoring that pings 200 hosts each minute and asks them over SNMP, of which 12 are down',
      'flow',
      many(4000, (i) => {
        const down = (i % 200) % 17 === 3 ? { backwardPackets: 0, backwardBytes: 0 } : {};
        const poll = (i >> 1) % 2 === 0 ? { protocol: 1, sourcePort: 8, destinationPort: 0 } : { protocol: 17, destinationPort: 161 };
        return flow(i * 0.3, { destinationAddress: `10.0.1.${i % 200}`, state: undefined, ...poll, ...down });
      }),
    ],
    [
      'a download, of which the router tells the confirmations',
      'flow',
      many(60, (i) => flow(i * 60, { ...OUT, ...ONE_WAY, state: 'one-way', forwardPackets: 1e6, forwardBytes: 5.2e7 })),
    ],
    [
      'visitors of a shop',
      'http',
      many(6000, (i) => request(i / 300, { sourceAddress: `198.51.${i % 50}.1`, path: `/article/${(i * i) % 97}?from=${i}` })),
    ],
    [
      'things behind one router that keep their connections to a broker alive',
      'flow',
      many(300, (i) => flow(i, { durationMicros: 118 * SECOND, forwardPackets: 4, forwardBytes: 4, backwardPackets: 4, backwardBytes: 4 })),
    ],
    [
      'a mail server that asks for keys and policies',
      'dns',
      many(300, (i) => ({
        ...{ time: i, sourceAddress: '10.0.0.1', queryType: 'TXT' },
        query: i % 2 === 0 ? `s${i}._domainkey.example.com` : `_dmarc.m${i}.example.com`,
      })),
    ],
  ])('%s: nothing at medium severity and above', (_, kind, rows) => {
    expect(run(detector(), kind, rows).filter(({ severity }) => severity >= 25)).toEqual([]);
  });

  it('a backup to the outside is told in its first nights, then it has a past', () => {
    const nights = many(14 * 8, (i) =>
      flow(Math.floor(i / 8) * 86_400 + (i % 8) * 1800, { ...OUT, forwardBytes: 4e8, backwardBytes: 1e6 }),
    );
    const told = run(detector(), 'flow', nights).filter(({ severity }) => severity >= 25);
    expect(new Set(told.map(({ start }) => Math.floor((start - START) / (86_400 * SECOND))))).toEqual(new Set([-1, 0]));
  });

  it('a client whose logins have always been so many is no brute force; one that never was is', () => {
    const logins = (count: number, every: number) => many(count, (i) => flow(i * every, { destinationPort: 22 }));
    const starts = run(detector(), 'flow', logins(4000, 3))
      .filter(({ rule }) => rule === 'flow-brute-force')
      .map(({ start }) => (start - START) / SECOND);
    expect(starts.length).toBeGreaterThan(0);
    expect(Math.max(...starts)).toBeLessThan(3700);
  });

  it('is quiet on ordinary traffic', () => {
    const ordinary = many(2000, (i) => flow(i, { destinationAddress: `10.0.0.${2 + (i % 7)}`, sourcePort: 40_000 + (i % 1000) }));
    expect(run(detector(), 'flow', ordinary)).toEqual([]);
  });
});

describe('UseCases', () => {
  const scan = batchOf(
    'flow',
    many(40, (i) => flow(i, { destinationPort: i + 1, state: 'REJ' })),
  );

  it('fires with the event that makes a condition true, and gives the final figures under the same key and start', () => {
    const one = detector();
    const isWhole = ({ rule, start }: RuleFinding): boolean => rule === 'flow-port-scan' && start === START;
    const early = one.take(scan).filter(isWhole);
    expect(early[0]?.explanation.evidence.at(-1)?.line).toBe(20);
    const last = one.advance(Number.POSITIVE_INFINITY).filter(isWhole);
    expect([last[0]?.key, last[0]?.score]).toEqual([early[0]?.key, 2]);
    expect(one.counters()).toMatchObject({ evicted: 0, late: 0 });
  });

  it('goes on after a restart as if there had been none', () => {
    const whole = detector();
    const expected = [...whole.take(scan), ...whole.advance(Number.POSITIVE_INFINITY)];
    const first = detector();
    const before = first.take(scan);
    const second = detector();
    second.restore(first.snapshot());
    expect([...before, ...second.advance(Number.POSITIVE_INFINITY)]).toEqual(expected);
  });

  it('begins the windows of a feature anew whose definition has changed, and goes on with the others', () => {
    const busy = (size: string) => ({
      busy: { from: 'flow' as const, key: ['destinationPort'], window: { size }, aggregates: { events: 'count()' } },
    });
    const cases = { cases: { 'busy-port': { feature: 'busy', title: 'Busy port', levels: { events: 41 } } } };
    const first = detector(cases, busy('1m'));
    first.take(scan);
    const second = detector(cases, busy('2m'));
    second.restore(first.snapshot());
    expect(second.counters().features_begun_anew).toBe(1);
    expect(rules(second.advance(Number.POSITIVE_INFINITY) as RuleFinding[])).toContain('flow-port-scan');
  });

  it('takes levels, exceptions and use cases of the configuration', () => {
    const declared = { busy: { from: 'flow', key: ['destinationPort'], window: { size: '1m' }, aggregates: { events: 'count()' } } };
    const options = {
      disable: ['flow-port-scan'],
      levels: { 'flow-host-scan': { silentHosts: 1 } },
      cases: { 'busy-port': { feature: 'busy', title: 'Busy port', levels: { events: 2 }, severity: 30, techniques: ['T1046'] } },
    };
    const found = run(detector(options, declared), 'flow', [flow(0, { state: 'S0' }), flow(1, { state: 'S0' })]);
    expect(rules(found)).toEqual(['busy-port', 'flow-host-scan']);
    expect(() => detector({ cases: { x: { feature: 'bussy', title: 'x', levels: {} } } }, declared)).toThrow(/names the feature bussy/);
  });
});

it('what is new is of low severity until there is a past', () => {
  const spread = (from: number) => many(30, (i) => flow(from + i, { destinationAddress: `10.0.1.${i}`, destinationPort: 445 }));
  const severity = (rows: readonly SensorRow['values'][]) =>
    run(detector(), 'flow', rows).find(({ rule }) => rule === 'administration-spread')?.severity;
  expect(severity(spread(0))).toBe(24);
  expect(severity([flow(0, { sourceAddress: '10.0.0.9' }), ...spread(2 * 3600)])).toBeGreaterThanOrEqual(25);
});

it('docs/use-cases.md lists every use case', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/use-cases.md'), 'utf8');
  expect(USE_CASES.filter(({ name, techniques }) => !page.includes(`| \`${name}\` |`) || !page.includes(techniques.join(', ')))).toEqual(
    [],
  );
});
