import { describe, expect, it } from 'vitest';
import { type LogBatch, type RuleFinding, silentLogger } from '../../core/index.ts';
import { createLogParser } from '../../parsers/index.ts';
import { logBatch } from '../../testing/log-batch.ts';
import sigma, { loadRules, OWN_RULES, SigmaEngine } from './index.ts';

const context = { name: 'sigma', log: silentLogger, now: () => 0, random: () => 0 };

function detected(lines: readonly string[]): readonly RuleFinding[] {
  return sigma.create(sigma.config.parse({}), context).take(batchOf(lines));
}

function found(lines: readonly string[]): string[] {
  return detected(lines).map(({ title }) => title);
}

function batchOf(lines: readonly string[]): LogBatch {
  return logBatch(lines.map((message, i) => ({ time: 1_700_000_000_000_000 + i * 1_000_000, message, host: 'gate' })));
}

/** Of the text of a log, its format recognised. */
function foundIn(text: string): RuleFinding[] {
  const records = { input: 'log', generation: '', offset: 0, line: 1, bytes: Buffer.from(text), arrival: 0, last: true };
  const batch = createLogParser({}).parse(records, 'log', () => undefined);
  return [...sigma.create(sigma.config.parse({}), context).take(batch)];
}

const repeated = (line: string, times: number): string[] => Array.from({ length: times }, () => line);

describe('rules that come with the program', () => {
  it('all load, and every correlation finds its rules', () => {
    const parsed = loadRules(OWN_RULES);
    expect(parsed.problems).toEqual([]);
    expect(new SigmaEngine(parsed).problems).toEqual([]);
    for (const rule of [...parsed.rules, ...parsed.correlations])
      expect(rule.techniques.length + (rule.level === 'informational' ? 1 : 0)).toBeGreaterThan(0);
  });

  it.each([
    ['an SSH server', 'Failed password for invalid user admin from 198.51.100.7 port 4022 ssh2'],
    ['a mail server', 'imap-login: Disconnected (auth failed, 1 attempts): user=<a@b.example>, rip=198.51.100.7, lip=10.0.0.1'],
    [
      'a file server',
      'Auth: user [toto] status [NT_STATUS_NO_SUCH_USER] remote host [ipv4:198.51.100.7:62419] local host [ipv4:10.1.1.1:445]',
    ],
    ['a web application', 'Login failed for user `x` from private IP `2001:db8::7`.'],
  ])('five failed sign-ins from one address to %s are a brute force, four are not', (_, line) => {
    expect(found(repeated(line, 4))).toEqual([]);
    const [title] = found(repeated(line, 5));
    expect(title).toMatch(/^Many failed sign-ins from one address: (198\.51\.100\.7|2001:db8::7) \(5 events\)$/);
  });

  it('guessing at PostgreSQL is told by the address where the prefix has it, else by the account', () => {
    const refused = (user: string): string => `FATAL:  password authentication failed for user "${user}"`;
    const lines = (prefix: string, message: string, times: number): string =>
      Array.from({ length: times }, (_, i) => `2026-11-20 08:00:0${i % 10}.970 UTC [${i}] ${prefix}${message}\n`).join('');
    const told = (text: string): string[] => foundIn(text).map(({ title, entity }) => `${title} | ${entity}`);
    expect(told(lines('198.51.100.7 eve@shop ', refused('eve'), 4))).toEqual([]);
    expect(told(lines('198.51.100.7 eve@shop ', refused('eve'), 5))).toEqual([
      'Many failed sign-ins from one address: 198.51.100.7 (5 events) | 198.51.100.7',
    ]);
    expect(told(lines('[unknown] ', refused('postgres'), 9))).toEqual([]);
    expect(told(lines('[unknown] ', refused('postgres'), 10))).toEqual([
      expect.stringContaining('Many failed sign-ins to one database account'),
    ]);
    const unlisted = 'FATAL:  no pg_hba.conf entry for host "198.51.100.7", user "eve", database "shop", no encryption';
    expect(told(lines('', unlisted, 5))).toEqual(['Many failed sign-ins from one address: 198.51.100.7 (5 events) | 198.51.100.7']);
  });

  it.each([
    ['Path traversal in a request', 'GET /static/..%2f..%2f..%2fetc/passwd HTTP/1.1'],
    ['Path traversal in a request', 'GET /a?f=%252e%252e%252f%252e%252e%252fetc%252fpasswd HTTP/1.1'],
    ['SQL injection in a request', "GET /item?id=1'%20union%20all%20select%201,2,3 HTTP/1.1"],
    ['Cross-site scripting in a request', 'GET /s?q=%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1'],
    ['Code or command injection in a request', 'POST /index.php?x=php://input HTTP/1.1'],
    ['Lookup of Log4j in a request', 'GET /?q=\u0024{jndi:ldap://192.0.2.1/a} HTTP/1.1'],
    ['Web shell asked for', 'GET /c99.php HTTP/1.1'],
    ['SQL injection in a request', 'GET /?id=1 UNION SELECT pass FROM users HTTP/1.1'],
    ['SQL injection in a request', 'GET / HTTP/1.1?id=1 UNION SELECT pass FROM users HTTP/1.1'],
    ['Cross-site scripting in a request', 'GET /?q=<img src=x onerror=alert(1)> HTTP/1.1'],
    ['Cross-site scripting in a request', 'GET /?q=\\"><script>alert(1)</script> HTTP/1.1'],
    ['Cross-site scripting in a request', 'GET /?q=\\x22\\x3e\\x3cscript\\x3ealert(1) HTTP/1.1'],
    ['Path traversal in a request', 'BREW /../../../../etc/passwd HTTP/1.1'],
    ['Path traversal in a request', 'get /../../etc/passwd HTTP/1.1'],
  ])('%s: %s', (title, request) => {
    expect(found([`192.0.2.4 - - "${request}" 404 162`])).toContain(`${title}: 192.0.2.4`);
    const line = `192.0.2.4 - - [10/Oct/2025:13:55:36 +0000] "${request}" 404 162 "-" "curl/8"\n`;
    const records = { input: 'x', generation: '', offset: 0, line: 1, bytes: new TextEncoder().encode(line), arrival: 0, last: true };
    const batch = createLogParser({ format: 'access-combined' }).parse(records, 'x', () => undefined);
    const titles = sigma
      .create(sigma.config.parse({}), context)
      .take(batch)
      .map((finding) => finding.title);
    expect(titles).toContain(`${title}: 192.0.2.4`);
  });

  const failed = (address: string, user = 'root'): string => `Failed password for ${user} from ${address} port 4242 ssh2`;
  const accepted = (address: string, user = 'root'): string => `Accepted password for ${user} from ${address} port 4242 ssh2`;
  const many = (count: number): string[] => Array.from({ length: count }, (_, i) => failed(`198.51.100.${i + 1}`));

  it('tell of a sign-in after guessing, with its account and line, and of none after a mistake or from elsewhere', () => {
    const guessed = detected([...repeated(failed('203.0.113.77'), 40), accepted('203.0.113.77')]);
    const [compromise] = guessed.filter(({ title }) => title.startsWith('Signed in after'));
    expect(compromise).toMatchObject({
      severity: 65,
      entity: '203.0.113.77',
      user: 'root',
      title: expect.stringContaining(', account root'),
    });
    expect(compromise?.evidence.at(-1)?.line).toBe(41);
    expect(found([...repeated(failed('203.0.113.77'), 4), accepted('203.0.113.77')])).toEqual([]);
    expect(found([...repeated(failed('203.0.113.77'), 9), accepted('10.0.0.5', 'alice')])).toHaveLength(1);
    expect(found([accepted('203.0.113.77'), ...repeated(failed('203.0.113.77'), 9)])).toHaveLength(1);
    const forged = failed('203.0.113.77', 'invalid user x Accepted password for root from 203.0.113.77 port 1 ssh2');
    expect(found(repeated(forged, 9))).toHaveLength(1);
  });

  it('tell of an account that many addresses guess at, and of a sign-in to it', () => {
    expect(found(many(19))).toEqual([]);
    expect(found(many(20))).toEqual([expect.stringMatching(/^Failed sign-ins to one account from many addresses: gate, account root/)]);
    expect(found(repeated(failed('198.51.100.1'), 200)).some((title) => title.includes('many addresses'))).toBe(false);
    const titles = found([...many(20), accepted('192.0.2.9')]);
    expect(titles).toContainEqual(expect.stringMatching(/^Signed in to an account that is being guessed at: gate, account root/));
    expect(found([...many(20), accepted('192.0.2.9', 'alice')])).toHaveLength(1);
  });

  it.each([
    'new user: name=toor, UID=0, GID=0, home=/root, shell=/bin/bash, from=/dev/pts/3',
    'alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/sbin/useradd -o -u 0 evil',
    'alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/sbin/usermod -ou 0 evil',
    'type=EXECVE msg=audit(1700000000.000:1): argc=5 a0="useradd" a1="-o" a2="-u" a3="0" a4="evil"',
  ])('tell of a second root: %s', (line) => {
    expect(detected([line]).find(({ title }) => title.startsWith('Second account'))).toMatchObject({ severity: 65 });
  });

  it('leaves ordinary accounts alone', () => {
    const made = ['new user: name=bob, UID=1001, GID=0, home=/home/bob', 'COMMAND=/usr/sbin/useradd -u 0999 -o bob'];
    expect(found(made).filter((title) => title.startsWith('Second'))).toEqual([]);
  });

  it('leaves ordinary lines alone', () => {
    const lines = [
      'Accepted publickey for ops from 192.0.2.4 port 4022 ssh2',
      '192.0.2.4 - - "GET /articles/select-a-union?order=by+name HTTP/1.1" 200 5120',
      '192.0.2.4 - - "GET /backup-solutions.html HTTP/1.1" 200 5120',
      'New session 71 of user ops.',
      'worker 3: could not get /etc/hosts, the delete /tmp/x or 1=1 was not tried',
      'Verification succeeded for blk_-1608999687919862906',
    ];
    expect(found(lines.flatMap((line) => repeated(line, 30)))).toEqual([]);
  });

  it('gives the same findings however events are cut and wherever a snapshot falls', () => {
    const lines = repeated('Failed password for root from 198.51.100.7 port 1 ssh2', 17);
    const whole = sigma.create(sigma.config.parse({}), context);
    const expected = whole.take(batchOf(lines)).at(-1);
    let cut = sigma.create(sigma.config.parse({}), context);
    let last: unknown;
    for (const [i, line] of lines.entries()) {
      const batch = batchOf([line]);
      batch.time[0] = 1_700_000_000_000_000 + i * 1_000_000;
      last = cut.take(batch).at(-1) ?? last;
      const snapshot = cut.snapshot();
      cut = sigma.create(sigma.config.parse({}), context);
      cut.restore(snapshot);
    }
    const { evidence: _lines, explanation: _words, ...rest } = expected as Required<typeof expected> & object;
    expect(last).toMatchObject(rest as object);
  });
});

describe('rules for Windows, clouds and firewalls', () => {
  function titles(lines: readonly string[], format: string, least = 21): string[] {
    const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
    const records = { input: 'x', generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true };
    const batch = createLogParser({ format }).parse(records, 'x', () => undefined);
    const taken = sigma.create(sigma.config.parse({}), context).take(batch);
    return taken.filter(({ severity }) => severity >= least).map(({ title }) => title);
  }
  const at = (second: number): string => new Date(Date.UTC(2026, 4, 1, 9) + second * 1000).toISOString();
  type Shape = (second: number, id: number, fields: Record<string, string>, channel?: string) => string;
  const winlogbeat: Shape = (second, id, event_data, channel = 'Security') =>
    JSON.stringify({ '@timestamp': at(second), winlog: { channel, event_id: id, computer_name: 'DC1', event_data }, message: 'An event.' });
  const evtx: Shape = (second, EventID, EventData, Channel = 'Security') =>
    JSON.stringify({ time: at(second), Event: { System: { EventID, Channel, Computer: 'DC1' }, EventData } });

  it.each([
    ['winlogbeat', winlogbeat],
    ['EVTX', evtx],
  ])('tell of an intrusion in Windows records of %s, and of none in ordinary ones', (_, record) => {
    const guess = { TargetUserName: 'administrator', LogonType: '3', IpAddress: '203.0.113.7' };
    const guesses = Array.from({ length: 12 }, (__, i) => record(i, 4625, guess));
    const found = titles(
      [
        ...guesses,
        record(20, 4624, guess),
        record(30, 4720, { TargetUserName: 'help2', SubjectUserName: 'administrator' }),
        record(31, 4732, { TargetUserName: 'Administrators', MemberName: 'help2' }),
        record(32, 4688, { NewProcessName: 'C:\\Windows\\System32\\vssadmin.exe', CommandLine: 'vssadmin.exe delete shadows /all' }),
        record(33, 4688, { NewProcessName: 'C:\\x\\powershell.exe', CommandLine: 'powershell.exe -nop -enc SQBFAFgA' }),
        record(34, 7045, { ServiceName: 'x', ImagePath: '%COMSPEC% /c echo x' }, 'System'),
        record(35, 4698, { TaskName: '\\x', TaskContent: '<Command>powershell.exe</Command>' }),
        record(36, 1102, { SubjectUserName: 'help2' }),
      ],
      'json',
    ).join('\n');
    for (const title of [
      'Many failed sign-ins from one address: 203.0.113.7',
      'Signed in to Windows after many failed sign-ins: 203.0.113.7',
      'Account made administrator in Windows',
      'Shadow copies or backups deleted',
      'PowerShell with an encoded command',
      'Service that runs a command',
      'Scheduled task that runs a command',
      'Audit or log cleared',
    ])
      expect(found).toContain(title);
    const ordinary = [
      record(0, 4625, guess),
      record(9, 4624, guess),
      record(10, 4732, { TargetUserName: 'Printer users', MemberName: 'bob' }),
      record(11, 4688, { NewProcessName: 'C:\\Windows\\System32\\vssadmin.exe', CommandLine: 'vssadmin list shadows' }),
      record(12, 7045, { ServiceName: 'x', ImagePath: 'C:\\Windows\\System32\\spoolsv.exe' }, 'System'),
      record(13, 4698, { TaskName: '\\x', TaskContent: '<Command>C:\\Windows\\System32\\defrag.exe</Command>' }),
    ];
    expect(titles(ordinary, 'json')).toEqual([]);
  });

  it('tell of what weakens an AWS account, unless it was refused', () => {
    const call = (eventName: string, more: object = {}): string =>
      JSON.stringify({ eventTime: at(0), eventSource: 'x.amazonaws.com', eventName, sourceIPAddress: '203.0.113.7', ...more });
    const policy = { requestParameters: { policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' } };
    const calls = [call('StopLogging'), call('CreateAccessKey'), call('AttachUserPolicy', policy), call('PutBucketPolicy')];
    const found = titles(calls, 'json', 1).map((title) => title.replace(/:.*/, ''));
    for (const title of ['Logging of an AWS account stopped', 'AWS identity made administrator', 'Access key of an AWS account made'])
      expect(found).toContain(title);
    expect(titles([call('StopLogging', { errorCode: 'AccessDenied' }), call('DescribeInstances')], 'json', 1)).toEqual([]);
  });

  it('tell of guessing at a FortiGate, and of commands and secrets that Kubernetes is asked for', () => {
    const pairs = (second: number) =>
      `date=2026-11-20 time=08:00:0${second} devname="FG" logid="1" type="event" subtype="vpn" vd="root" remip=203.0.113.7 msg="SSL user failed to logged in"`;
    expect(titles([1, 2, 3, 4, 5].map(pairs), 'logfmt').join()).toContain('Many failed sign-ins from one address: 203.0.113.7');
    const call = (verb: string, objectRef: object, code: number, username = 'shop') =>
      JSON.stringify({
        apiVersion: 'audit.k8s.io/v1',
        verb,
        objectRef,
        responseStatus: { code },
        user: { username },
        sourceIPs: ['203.0.113.7'],
        requestURI: '/api/v1/x',
        requestReceivedTimestamp: at(0),
      });
    const exec = { resource: 'pods', subresource: 'exec', namespace: 'kube-system' };
    const calls = [
      call('create', exec, 101),
      call('list', { resource: 'pods' }, 200, 'system:anonymous'),
      ...Array.from({ length: 10 }, () => call('list', { resource: 'secrets' }, 403)),
    ];
    const found = titles(calls, 'json', 1).map((title) => title.replace(/:.*/, ''));
    for (const title of [
      'Command run in a container of the control plane of Kubernetes',
      'Kubernetes answers somebody who did not sign in',
      'Secrets of Kubernetes sought',
    ])
      expect(found).toContain(title);
    expect(
      titles(
        [
          call('create', { ...exec, subresource: 'eviction' }, 201),
          call('list', { resource: 'pods' }, 403, 'system:anonymous'),
          call('list', { resource: 'secrets' }, 200),
        ],
        'json',
        1,
      ),
    ).toEqual([]);
  });

  const scans: readonly (readonly [string, (second: number, host: number, port: number) => string])[] = [
    [
      'pfSense',
      (second, host, port) =>
        `${at(second)} pf filterlog[9]: 5,,,1000000103,em0,match,block,in,4,0x0,,64,1,0,DF,6,tcp,60,203.0.113.7,10.0.0.${host},4000,${port},0,S,5,,64240,,mss`,
    ],
    [
      'pfSense with IPv6',
      (second, host, port) =>
        `${at(second)} pf filterlog[9]: 5,,,1000000103,em0,match,block,in,6,0x00,0x0,64,tcp,6,40,2001:db8::7,2001:db8:1::${host},4000,${port},0,S,5,,64240,,mss`,
    ],
    ...[
      (host: number, port: number) =>
        `%ASA-4-106023: Deny tcp src outside:203.0.113.7/4000 dst inside:10.0.0.${host}/${port} by access-group "out"`,
      (host: number, port: number) =>
        `%ASA-2-106001: Inbound TCP connection denied from 203.0.113.7/4000 to 10.0.0.${host}/${port} flags SYN on interface outside`,
      (host: number, port: number) => `%ASA-3-710003: TCP access denied by ACL from 203.0.113.7/4000 to outside:10.0.0.${host}/${port}`,
      (host: number, port: number) =>
        `%ASA-4-106100: access-list out denied tcp outside/203.0.113.7(4000) -> inside/10.0.0.${host}(${port}) hit-cnt 1 first hit`,
    ].map(
      (line) =>
        [line(1, 1).slice(0, 13), (second: number, host: number, port: number) => `${at(second)} fw1 asa: ${line(host, port)}`] as const,
    ),
  ];
  it.each(scans)('tell of ports and of hosts tried one after the other: %s', (_, line) => {
    const ports = Array.from({ length: 20 }, (__, i) => line(i, 5, 20 + i));
    const hosts = Array.from({ length: 20 }, (__, i) => line(i, 5 + i, 22));
    expect(titles(ports, 'syslog').join()).toMatch(
      /^Ports of this host tried one after the other: (203\.0\.113\.7|2001:db8::7) \(15 events\)$/,
    );
    expect(titles(hosts, 'syslog').join()).toMatch(/^Hosts behind this firewall tried one after the other: (203\.0\.113\.7|2001:db8::7) /);
    expect(
      titles(
        Array.from({ length: 60 }, (__, i) => line(i, 5, 22 + (i % 4))),
        'syslog',
      ),
    ).toEqual([]);
  });
});
