import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeadLetter, type DictColumn, dictAt, type EventBatch, type RecordBatch, type TextColumn, textAt } from '../../core/index.ts';
import { dataset, missing, needs } from '../../testing/datasets.ts';
import { createEveParser } from '../suricata-eve/index.ts';
import { eveTime } from '../suricata-eve/rows.ts';
import { createZeekParser } from '../zeek/index.ts';
import { writeAddress } from './address.ts';
import { createSensorParser } from './parser.ts';
import { recogniseSensor } from './recognise.ts';

function records(text: string | Uint8Array, input = 'x.log'): RecordBatch {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  return { input, generation: 'g', offset: 0, line: 1, bytes, arrival: 0, last: true };
}

interface Parser {
  parse(batch: RecordBatch, dead: (letter: DeadLetter) => void): EventBatch[];
}

function read(parser: Parser, text: string | Uint8Array, input?: string) {
  const dead: DeadLetter[] = [];
  const batches = parser.parse(records(text, input), (letter) => dead.push(letter));
  return { batches, dead, of: (kind: string) => batches.find((batch) => batch.kind === kind) };
}

const dict = (batch: EventBatch | undefined, name: string, row = 0) => dictAt(batch?.columns[name] as DictColumn, row);
const address = (batch: EventBatch | undefined, name: string) => (batch?.columns[name] ?? new Uint8Array(0)) as Uint8Array;
const attributes = (batch: EventBatch | undefined) => textAt(batch?.columns.attributes as TextColumn, 0);
const numberAt = (batch: EventBatch | undefined, name: string, row = 0) =>
  ((batch?.columns[name] ?? new Float64Array(0)) as Float64Array)[row];

function data(path: string): Uint8Array {
  const bytes = readFileSync(dataset(path) as string);
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

describe('Suricata EVE', () => {
  it('keeps microseconds and zones', () => {
    expect(eveTime('2021-06-06T15:59:46.457984+0200')).toBe(Date.parse('2021-06-06T13:59:46Z') * 1000 + 457_984);
    expect(eveTime('2021-06-06T15:59:46Z')).toBe(Date.parse('2021-06-06T15:59:46Z') * 1000);
    expect(eveTime('2021-06-06T15:59:46.5')).toBe(Date.parse('2021-06-06T15:59:46.500Z') * 1000);
    expect(eveTime('yesterday')).toBeNaN();
  });

  it('makes signatures and flows', () => {
    const line = (type: string, extra: object) =>
      `${JSON.stringify({ timestamp: '2024-01-01T00:00:01.5+0000', event_type: type, src_ip: '10.0.0.1', src_port: 1, dest_ip: 'fe80::1', dest_port: 443, proto: 'TCP', ...extra })}\n`;
    const { of, dead } = read(
      createEveParser('s'),
      line('alert', { alert: { gid: 1, signature_id: 7, signature: 'ET x', severity: 1, metadata: { mitre_technique_id: ['T1046'] } } }) +
        line('flow', { flow: { start: '2024-01-01T00:00:00+0000', end: '2024-01-01T00:00:02+0000', bytes_toserver: 5, state: 'closed' } }) +
        line('stats', {}),
    );
    expect(dead).toEqual([]);
    const alert = of('signature');
    expect([dict(alert, 'rule'), dict(alert, 'ruleId'), dict(alert, 'technique'), numberAt(alert, 'severity')]).toEqual([
      'ET x',
      '1:7',
      'T1046',
      75,
    ]);
    expect([...address(alert, 'sourceAddress').slice(10)]).toEqual([255, 255, 10, 0, 0, 1]);
    expect([...address(alert, 'destinationAddress')]).toEqual([0xfe, 0x80, ...new Array(13).fill(0), 1]);
    expect([numberAt(of('flow'), 'durationMicros'), numberAt(of('flow'), 'forwardBytes'), dict(of('flow'), 'state')]).toEqual([
      2e6,
      5,
      'closed',
    ]);
    expect(JSON.parse(attributes(alert)).alert.gid).toBe(1);
  });

  const EVE = 'ids/suricata/slips_test6-malicious.eve.json.gz';
  it.skipIf(missing(EVE))(needs('reads all 5,000 events of a recording', EVE), () => {
    const parser = createEveParser('s');
    const { batches, dead } = read(parser, data(EVE));
    const rows = Object.fromEntries(batches.map(({ kind, rows }) => [kind, rows]));
    expect(dead).toEqual([]);
    expect(rows).toMatchObject({ flow: 3512, dns: 680, http: 56 });
    expect(rows.signature).toBeGreaterThanOrEqual(745);
    expect(parser.counters()).toMatchObject({ dead: 0 });
    expect(batches.reduce((sum, batch) => sum + batch.rows, 0) + (parser.counters().skipped ?? 0)).toBe(5000);
  });
});

describe('Zeek', () => {
  const head = ['#separator \\x09', '#unset_field\t-', '#empty_field\t(empty)', '#path\tconn'].join('\n');
  const tsv = `${head}\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tconn_state\tservice\n`;

  it('reads TSV by its header, and refuses lines that do not fit it', () => {
    const { of, dead } = read(
      createZeekParser('s'),
      `${tsv}1677024003.714845\t10.0.0.1\t5\t10.0.0.2\t53\tudp\t0.5\t-\tSF\tdns\\x2ctcp\n1\t2\n`,
    );
    expect(dead.map(({ line }) => line)).toEqual([7]);
    const flow = of('flow');
    expect([
      numberAt(flow, 'time'),
      numberAt(flow, 'durationMicros'),
      numberAt(flow, 'forwardBytes'),
      numberAt(flow, 'protocol'),
      dict(flow, 'state'),
    ]).toEqual([1677024003714845, 500_000, Number.NaN, 17, 'SF']);
    expect(JSON.parse(attributes(flow))).toEqual({ service: 'dns,tcp' });
    expect(flow?.origin.line[0]).toBe(6);
  });

  it('goes on after a snapshot with the header it had', () => {
    const first = createZeekParser('s');
    read(first, tsv);
    const second = createZeekParser('s');
    second.restore(first.snapshot());
    expect(read(second, '1\ta\t5\tb\t53\tudp\t-\t-\tSF\t-\n').of('flow')?.rows).toBe(1);
    expect(() => second.restore(new TextEncoder().encode('[1]'))).toThrow('cannot be read');
  });

  it('keeps a log without columns of its own as events of its host, with every field', () => {
    const record = { ts: 1, uid: 'C', id_orig_h: '10.0.0.1', id_resp_h: '10.0.0.2', endpoint: 'drsuapi', operation: 'DRSBind' };
    const { of, dead } = read(createZeekParser('s'), `${JSON.stringify({ _path: 'dce_rpc', ...record })}\n`);
    expect(dead).toEqual([]);
    expect([dict(of('host'), 'action'), dict(of('host'), 'host')]).toEqual(['dce_rpc', '10.0.0.1']);
    expect(JSON.parse(attributes(of('host')))).toEqual({
      _path: 'dce_rpc',
      uid: 'C',
      'id.orig_h': '10.0.0.1',
      'id.resp_h': '10.0.0.2',
      endpoint: 'drsuapi',
      operation: 'DRSBind',
    });
  });

  it('is known by a header, a name of its own or all fields of one of its logs', () => {
    const told = (record: object): string | undefined => recogniseSensor(`${JSON.stringify(record)}\n`);
    expect(recogniseSensor('#fields\tts\tuid\n')).toBe('zeek');
    expect(told({ ts: 1, note: 'Scan::Port_Scan', msg: 'x', src: '10.0.0.1', actions: [], suppress_for: 3600 })).toBe('zeek');
    expect(told({ ts: 1, 'id.orig_h': '10.0.0.1' })).toBe('zeek');
    expect(told({ ts: 1, id: 'a', uid: 'b', message: 'a log of something else' })).toBeUndefined();
    expect(told({ ts: 1, note: 'n', msg: 'm' })).toBeUndefined();
  });

  it('refuses nothing as EVE that a source of sensors sends without an event type', () => {
    const dead: DeadLetter[] = [];
    const [batch] = createSensorParser('s').parse(records('{"ts":1,"odd":true}\n', 'site.log'), (letter) => dead.push(letter));
    expect([batch?.kind, dict(batch, 'action'), dead]).toEqual(['host', 'zeek', []]);
  });

  const LOGS: readonly (readonly [string, string, number])[] = [
    ['ids/zeek/slips/test9-mixed-zeek-dir/conn.log.gz', 'flow', 576],
    ['ids/zeek/slips/test9-mixed-zeek-dir/http.log.gz', 'http', 516],
    ['ids/zeek/wrccdc2018-brim/dns.log.gz', 'dns', 53_615],
    ['ids/zeek/wrccdc2018-brim/notice.log.gz', 'signature', 207],
    ['ids/zeek/apt29-day1/SCRANTON_weird.log.gz', 'signature', 0],
    ['ids/zeek/slips/test18-malicious-ctu-sme-11-win/zeek-labeled/ssl.log.labeled', 'tls', 0],
  ];
  for (const [path, kind, count] of LOGS) {
    it.skipIf(missing(path))(needs(`reads ${path}`, path), () => {
      const { batches, dead } = read(createZeekParser('s'), data(path), path);
      expect(dead).toEqual([]);
      expect(batches.map((batch) => batch.kind)).toEqual([kind]);
      if (count > 0) expect(batches[0]?.rows).toBe(count);
      else expect(batches[0]?.rows).toBeGreaterThan(0);
    });
  }
});

describe('hostile input', () => {
  const json = fc.record({
    timestamp: fc.oneof(fc.constant('2024-01-01T00:00:00Z'), fc.jsonValue()),
    ts: fc.oneof(fc.double(), fc.jsonValue()),
    event_type: fc.oneof(
      fc.constantFrom('alert', 'dns', 'flow', 'http', 'tls', 'fileinfo', 'anomaly', '__proto__', 'constructor'),
      fc.jsonValue(),
    ),
    _path: fc.constantFrom('conn', 'dns', 'http', 'ssl', 'ssh', 'notice', 'weird', '__proto__', 'toString'),
    alert: fc.jsonValue(),
    dns: fc.jsonValue(),
    flow: fc.jsonValue(),
    src_ip: fc.jsonValue(),
    src_port: fc.jsonValue(),
    proto: fc.oneof(fc.constantFrom('__proto__', 'tcp', '999'), fc.jsonValue()),
    duration: fc.jsonValue(),
  });
  const line = fc.oneof(
    fc.string(),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    json.map((value) => JSON.stringify(value)),
    fc.constantFrom('#separator \\x', '#fields', '#fields\t__proto__\tts', '#path', '\ta\tb', '{"ts":1e308,"_path":"conn"}'),
  );

  it('never throws and accounts for every line', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const text = lines.map((one) => one.replaceAll(/[\r\n]/g, ' ')).join('\n');
        const eve = createEveParser('s');
        const zeek = createZeekParser('s');
        for (const parser of [eve, zeek]) {
          const { batches, dead } = read(parser, text);
          const counters = parser.counters();
          expect(batches.reduce((sum, batch) => sum + batch.rows, 0)).toBe(counters.parsed);
          expect(dead.length).toBe(counters.dead);
        }
      }),
      { numRuns: 300 },
    );
    expect(({} as Record<string, unknown>).ts).toBeUndefined();
  });

  it('survives bytes that are no text, and nesting without end', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 500 }),
        (bytes) => void [createEveParser('s'), createZeekParser('s')].map((one) => read(one, bytes)),
      ),
    );
    const deep = `{"event_type":"dns","timestamp":"2024-01-01T00:00:00Z","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    expect(read(createEveParser('s'), deep).dead.map(({ reason }) => reason)).toEqual(['it is nested too deeply']);
  });

  it('reads an address or says that it is none', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof writeAddress(text, new Uint8Array(16), 0) === 'boolean'));
    fc.assert(fc.property(fc.ipV4(), (text) => writeAddress(text, new Uint8Array(16), 0)));
    fc.assert(fc.property(fc.ipV6(), (text) => writeAddress(text, new Uint8Array(16), 0)));
    for (const text of ['1.2.3', '1::2::3', 'g::', '1.2.3.256', ':1', '::1.2.3'])
      expect(writeAddress(text, new Uint8Array(16), 0)).toBe(false);
  });
});
