import { describe, expect, it } from 'vitest';
import { formatMicros, textAt } from '../../core/index.ts';
import { parseAll, parserContract } from '../../testing/parser-contract.ts';
import { createLogParser } from '../parser.ts';
import { detectFormat } from './detect.ts';
import { LOG_FORMATS } from './index.ts';

type Text = string | undefined;
type First = readonly [level: Text, host: Text, component: Text, pid: number, time: string];

/** Lines of each format as its writer prints them; [level, host, component, pid, time] of the first. */
const SAMPLES: Record<string, { lines: string[]; first: First }> = {
  w3c: {
    lines: [
      '2026-11-23 00:01:13 10.0.0.20 GET /owa/auth/logon.aspx url=x&reason=0 443 dieter 188.221.219.181 Mozilla/5.0+(Windows+NT+10.0) - 304 0 0 33',
      '2026-11-23 00:01:44 W3SVC1 WEB1 10.0.0.20 POST /default.aspx - 443 - 2001:db8::7 curl/8.0 https://example.com/ 200 0 0 35',
      '2026-11-23 00:01:45 10.0.0.20 GET / - 80 - 192.0.2.1 - 404 0 2 1',
    ],
    first: [undefined, '188.221.219.181', undefined, -1, '2026-11-23T00:01:13Z'],
  },
  mysql: {
    lines: [
      "2026-11-23T00:25:46.723148Z 350 [Warning] [MY-013360] [Server] Plugin mysql_native_password reported: 'mysql_native_password' is deprecated",
      '2026-11-25T09:00:00.000000Z 0 [ERROR] [MY-012592] [InnoDB] Operating system error number 28 in a file operation.',
      '2026-11-25  9:00:01 12 [Note] InnoDB: Completed space check',
    ],
    first: ['Warning', undefined, undefined, -1, '2026-11-23T00:25:46.723148Z'],
  },
  'mysql-slow': {
    lines: [
      '# Time: 2026-11-23T00:07:45.092315Z',
      '# User@Host: shop[shop] @ web1 [10.0.0.11]  Id: 9595',
      '# Query_time: 1.958740  Lock_time: 0.000123 Rows_sent: 43  Rows_examined: 71048',
      'SET timestamp=1795392465;',
      'SELECT * FROM orders WHERE customer_id = 89629 ORDER BY created;',
    ],
    first: [undefined, undefined, undefined, -1, '2026-11-23T00:07:45.092315Z'],
  },
  auditd: {
    lines: [
      'node=web1 type=SYSCALL msg=audit(1492752522.985:8972): arch=c000003e syscall=59 success=yes exit=0 a0=10812c8 a1=1070208 a2=1152008 a3=59a items=2 ppid=10027 pid=10043 auid=1001 uid=1001 gid=1002 euid=1001 suid=1001 fsuid=1001 egid=1002 sgid=1002 fsgid=1002 tty=pts0 ses=11 comm="uname" exe="/bin/uname" key="user_commands"',
      'type=EXECVE msg=audit(1492752522.985:8972): argc=3 a0="rm" a1="-rf" a2=6275696C64206F7574',
      'type=PROCTITLE msg=audit(1492752522.985:8972): proctitle=756E616D65002D61',
      'type=USER_LOGIN msg=audit(1492896301.818:19955): pid=12635 uid=0 auid=4294967295 ses=4294967295 msg=\'op=login acct=28696E76616C6964207573657229 exe="/usr/sbin/sshd" hostname=? addr=179.38.151.221 terminal=sshd res=failed\'',
      'type=EOE msg=audit(1492752522.985:8972): ',
    ],
    first: [undefined, 'web1', 'uname', 10043, '2017-04-21T05:28:42.985Z'],
  },
  hdfs: {
    lines: [
      '081109 203615 148 INFO dfs.DataNode$PacketResponder: PacketResponder 1 for block blk_38865049064139660 terminating',
      '081109 203807 222 INFO dfs.DataNode$PacketResponder: PacketResponder 0 for block blk_-6952295868487656571 terminating',
    ],
    first: ['INFO', undefined, 'dfs.DataNode$PacketResponder', 148, '2008-11-09T20:36:15Z'],
  },
  hadoop: {
    lines: [
      '2015-10-18 18:01:47,978 INFO [main] org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Created MRAppMaster for application appattempt_1',
      'java.io.IOException: broken',
      '\tat org.apache.Foo.bar(Foo.java:12)',
      '2015-10-18 18:01:48,963 INFO [main] org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Executing with tokens:',
    ],
    first: ['INFO', undefined, 'org.apache.hadoop.mapreduce.v2.app.MRAppMaster', -1, '2015-10-18T18:01:47.978Z'],
  },
  spark: {
    lines: ['17/06/09 20:10:40 INFO executor.CoarseGrainedExecutorBackend: Registered signal handlers for [TERM, HUP, INT]'],
    first: ['INFO', undefined, 'executor.CoarseGrainedExecutorBackend', -1, '2017-06-09T20:10:40Z'],
  },
  zookeeper: {
    lines: [
      '2015-07-29 17:41:44,747 - INFO  [QuorumPeer[myid=1]/0:0:0:0:0:0:0:0:2181:FastLeaderElection@774] - Notification time out: 3200',
    ],
    first: ['INFO', undefined, '0:0:0:0:0:0:0:2181:FastLeaderElection', -1, '2015-07-29T17:41:44.747Z'],
  },
  bgl: {
    lines: [
      '- 1117838570 2005.06.03 R02-M1-N0-C:J12-U11 2005-06-03-15.42.50.675872 R02-M1-N0-C:J12-U11 RAS KERNEL INFO instruction cache parity error corrected',
    ],
    first: ['INFO', 'R02-M1-N0-C:J12-U11', 'KERNEL', -1, '2005-06-03T15:42:50.675872Z'],
  },
  hpc: {
    lines: ['134681 node-246 unix.hw state_change.unavailable 1077804742 1 Component State Change: Component is in the unavailable state'],
    first: [undefined, 'node-246', 'unix.hw', -1, '2004-02-26T14:12:22Z'],
  },
  thunderbird: {
    lines: ['- 1131566461 2005.11.09 dn228 Nov 9 12:01:01 dn228/dn228 crond(pam_unix)[2915]: session closed for user root'],
    first: [undefined, 'dn228', 'crond(pam_unix)', 2915, '2005-11-09T20:01:01Z'],
  },
  windows: {
    lines: ['2016-09-28 04:30:30, Info                  CBS    Loaded Servicing Stack v6.1.7601.23505 with Core'],
    first: ['Info', undefined, 'CBS', -1, '2016-09-28T04:30:30Z'],
  },
  android: {
    lines: ['03-17 16:13:38.811  1702  2395 D WindowManager: printFreezingDisplayLogsopening app wtoken'],
    first: ['D', undefined, 'WindowManager', 1702, '2023-03-17T16:13:38.811Z'],
  },
  healthapp: {
    lines: ['20171223-22:15:29:606|Step_LSC|30002312|onStandStepChanged 3579'],
    first: [undefined, undefined, 'Step_LSC', 30002312, '2017-12-23T22:15:29.606Z'],
  },
  'apache-error': {
    lines: ['[Sun Dec 04 04:47:44 2005] [notice] workerEnv.init() ok /etc/httpd/conf/workers2.properties'],
    first: ['notice', undefined, undefined, -1, '2005-12-04T04:47:44Z'],
  },
  glog: {
    lines: ['E0301 14:15:00.123456   12345 server.go:150] Failed to list nodes', 'I0301 14:15:01.000001       1 main.go:9] ready'],
    first: ['ERROR', undefined, 'server.go:150', 12345, '2023-03-01T14:15:00.123456Z'],
  },
  proxifier: {
    lines: ['[10.30 16:49:06] chrome.exe - proxy.cse.cuhk.edu.hk:5070 open through proxy proxy.cse.cuhk.edu.hk:5070 HTTPS'],
    first: [undefined, undefined, 'chrome.exe', -1, '2023-10-30T16:49:06Z'],
  },
  openssh: {
    lines: ['Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user webmaster from 173.234.31.186'],
    first: [undefined, 'LabSZ', undefined, 24200, '2023-12-10T06:55:46Z'],
  },
  openstack: {
    lines: [
      'nova-api.log.1 2017-05-16 00:00:00.008 25746 INFO nova.osapi_compute.wsgi.server [req-38101a0b - - -] 10.11.10.1 "GET /v2" status: 200',
    ],
    first: ['INFO', undefined, 'nova.osapi_compute.wsgi.server', 25746, '2017-05-16T00:00:00.008Z'],
  },
  syslog: {
    lines: [
      '<34>Oct 11 22:14:15 mymachine su[77]: failed for lonvick on /dev/pts/8',
      'Jan 14 23:00:00 mymachine kernel: eth0 up',
      '2024-01-01T10:00:00.5+01:00 mymachine cron[5]: run',
    ],
    first: ['crit', 'mymachine', 'su', 77, '2023-10-11T22:14:15Z'],
  },
  'syslog-5424': {
    lines: [
      '<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 11 ID47 [exampleSDID@32473 iut="3" note="a \\"b\\" \\]"] An application event',
    ],
    first: ['notice', 'mymachine.example.com', 'evntslog', 11, '2003-10-11T22:14:15.003Z'],
  },
  'access-combined': {
    lines: [
      '83.149.9.216 - frank [17/May/2015:10:05:03 +0200] "GET /a?q=\\"x\\" HTTP/1.1" 200 203023 "http://semicomplete.com/" "Mozilla/5.0 (X11)"',
    ],
    first: [undefined, '83.149.9.216', undefined, -1, '2015-05-17T08:05:03Z'],
  },
  'access-common': {
    lines: ['127.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326'],
    first: [undefined, '127.0.0.1', undefined, -1, '2000-10-10T20:55:36Z'],
  },
  'nginx-error': {
    lines: ['2012/04/09 11:53:29 [error] 2865#0: *66647 user "xyz" was not found in "/var/www/.htpasswd", client: 192.0.43.10'],
    first: ['error', undefined, undefined, 2865, '2012-04-09T11:53:29Z'],
  },
  json: {
    lines: [
      '{"@timestamp":"2024-01-02T03:04:05.678Z","log":{"level":"error"},"host":{"name":"web-1"},"process":{"name":"nginx","pid":12},"message":"upstream \\u0041 timed out","__proto__":{"x":1},"tags":["a","b"]}',
      '{"ts":1704164645.5,"level":"info","logger":"http","msg":"handled"}',
    ],
    first: ['error', 'web-1', 'nginx', 12, '2024-01-02T03:04:05.678Z'],
  },
  logfmt: {
    lines: ['time=2024-01-02T03:04:05Z level=warn msg="slow \\"query\\"" component=db duration=1.5s'],
    first: ['warn', undefined, 'db', -1, '2024-01-02T03:04:05Z'],
  },
  cef: {
    lines: [
      'CEF:0|Security|threat\\|manager|1.0|100|worm stopped|10|src=10.0.0.1 dst=2.1.2.2 msg=found a\\=b rt=1704164645000 dvchost=fw1',
    ],
    first: ['10', 'fw1', 'threat|manager', -1, '2024-01-02T03:04:05Z'],
  },
  cri: {
    lines: ['2022-01-28T16:04:05.413656027Z stdout F hello from the container'],
    first: [undefined, undefined, 'stdout', -1, '2022-01-28T16:04:05.413656Z'],
  },
  strace: {
    lines: [
      '1234  1704164645.678901 openat(AT_FDCWD, "/etc/x y = (3", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)',
      '[pid  1235] 10:00:01.5 read(3<socket:[9]>, "\\177ELF = 2)"..., 832) = 832 <0.000012>',
      '1235  0.000031 getpid()                = 1235',
      '1236  futex(0x7f00, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>',
      '1236  <... futex resumed>)              = 0',
      '1236  --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---',
      '1236  +++ exited with 0 +++',
      'brk(NULL)                               = 0x55d5c5f7e000',
    ],
    first: [undefined, undefined, undefined, 1234, '2024-01-02T03:04:05.678901Z'],
  },
  postgresql: {
    lines: [
      '2026-11-20 09:00:01.970 CET [7733] 10.0.0.6 app@shop ERROR:  duplicate key value violates unique constraint "orders_pkey"',
      '2026-11-20 09:00:01.970 CET [7733] 10.0.0.6 app@shop DETAIL:  Key (id)=(5) already exists.',
      '2026-11-20 09:00:01.970 CET [7733] 10.0.0.6 app@shop STATEMENT:  SELECT *',
      '\tFROM orders',
      '2026-11-20 09:00:02 UTC [7734]: LOG:  checkpoint starting: time',
    ],
    first: ['ERROR', '10.0.0.6', undefined, -1, '2026-11-20T08:00:01.970Z'],
  },
  timestamped: {
    lines: ['[2024-01-02 03:04:05.123] WARNING disk 91 % full', '2024-01-02 03:04:06 [worker-1] ERROR gone'],
    first: ['WARNING', undefined, undefined, -1, '2024-01-02T03:04:05.123Z'],
  },
};

for (const [format, { lines, first }] of Object.entries(SAMPLES)) {
  const sample = `${Array.from({ length: 3 }, () => lines.join('\n')).join('\n')}\n`;
  parserContract({ name: format, create: () => createLogParser({ format }), sample });

  describe(format, () => {
    it('is recognised', () => {
      expect(detectFormat(Buffer.from(sample)).format).toBe(format);
    });

    it('puts the header into columns', () => {
      const [event] = parseAll(createLogParser({ format }), Buffer.from(sample)).events;
      const [level, host, component, pid, time] = first;
      expect(event).toMatchObject({ level, host, component, pid });
      expect(formatMicros(event?.time as number)).toBe(time);
    });
  });
}

for (const name of ['linux', 'mac', 'plain']) {
  const sample = 'Jul  1 09:00:55 calvisitor-10-105-160-95 kernel[0]: IOThunderboltSwitch<0>(0x0)::listenerCallback - HPD packet\n'.repeat(
    3,
  );
  parserContract({ name, create: () => createLogParser({ format: name }), sample });
}

parserContract({
  name: 'syslog-network',
  create: () => createLogParser({ format: 'syslog-network' }),
  sample: '<34>Oct 11 22:14:15 fw1 su: old style\n<165>1 2003-10-11T22:14:15Z fw2 app 8 ID1 - new style\n<13>no header\n',
});

describe('strace', () => {
  it('gives the name of each call as the message, in the process that made it, and arguments and results as fields', () => {
    const { events, dead } = parseAll(
      createLogParser({ format: 'strace' }),
      Buffer.from(`${SAMPLES.strace?.lines.join('\n')}\nno call = 3\nopen(\n`),
    );
    expect(events.map(({ message }) => message)).toEqual([
      ...['openat', 'read', 'getpid', 'futex', '<... futex resumed', '--- SIGCHLD', '+++ exited with 0 +++', 'brk'],
    ]);
    expect(events.map(({ pid }) => pid)).toEqual([1234, 1235, 1235, 1236, 1236, 1236, 1236, -1]);
    expect(new Set(events.map(({ templateId }) => templateId)).size).toBe(events.length);
    expect(dead.map(({ line }) => line)).toEqual([9, 10]);
  });
});

describe('w3c', () => {
  it('gives the parts of a request their names in access logs, and takes directives for events', () => {
    const text = `#Fields: date time\n${SAMPLES.w3c?.lines.join('\n')}\n`;
    const batch = createLogParser({}).parse(
      { input: '', generation: '', offset: 0, line: 1, bytes: Buffer.from(text), arrival: 0, last: true },
      '',
      () => {},
    );
    const of = (row: number) => Object.fromEntries(Object.entries(batch.fields ?? {}).map(([name, column]) => [name, textAt(column, row)]));
    expect(textAt(batch.message, 0)).toBe('#Fields: date time');
    expect(of(1)).toMatchObject({
      User: 'dieter',
      Request: 'GET /owa/auth/logon.aspx?url=x&reason=0',
      Status: '304',
      UserAgent: 'Mozilla/5.0 (Windows NT 10.0)',
    });
    expect(textAt(batch.message, 1)).toBe('"GET /owa/auth/logon.aspx?url=x&reason=0" 304 0 0 33');
    expect(of(2)).toMatchObject({ Client: '2001:db8::7', Request: 'POST /default.aspx', Referer: 'https://example.com/' });
    expect(of(3)).toMatchObject({ Client: '192.0.2.1', Request: 'GET /', Status: '404' });
  });
});

describe('klog within syslog', () => {
  it('tells its level, and its header is no part of the message', () => {
    const line = 'Nov 23 00:02:44 node1 kubelet[1234]: W1123 00:02:44.781013    1234 reconciler.go:224] "started for volume"\n';
    const [first, plain] = parseAll(
      createLogParser({ format: 'syslog' }),
      Buffer.from(`${line}Nov 23 00:02:45 node1 app: W1123 is late\n`),
    ).events;
    expect(first).toMatchObject({ level: 'WARNING', component: 'kubelet', message: '"started for volume"' });
    expect(plain).toMatchObject({ level: undefined, message: 'W1123 is late' });
  });
});

describe('formats', () => {
  it('all have a sample here', () => {
    expect([...LOG_FORMATS.keys()].sort()).toEqual([...Object.keys(SAMPLES), 'linux', 'mac', 'plain', 'syslog-network'].sort());
  });

  it('keeps a __proto__ field as a field', () => {
    const parser = createLogParser({ format: 'json' });
    const bytes = Buffer.from('{"msg":"x","__proto__":{"polluted":true}}\n');
    const batch = parser.parse({ input: '', generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true }, '', () => {});
    expect(Buffer.from(batch.attributes?.bytes.subarray(batch.attributes.start[0], batch.attributes.end[0]) ?? []).toString()).toBe(
      '{"__proto__.polluted":true}',
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('keeps deeply nested JSON as a dead letter', () => {
    const deep = `{"a":${'['.repeat(200_000)}${']'.repeat(200_000)}}\n${'{"a":'.repeat(50)}1${'}'.repeat(50)}\n`;
    const { dead } = parseAll(createLogParser({ format: 'json' }), Buffer.from(deep));
    expect(dead.map(({ reason }) => reason)).toEqual(['nested deeper than 16 levels', 'nested deeper than 16 levels']);
  });

  it('takes a line that is an object of JSON for that, whatever layout its words would fit', () => {
    const line = '{"ts": 1772409600.0, "level": "info", "msg": "request done", "path": "/b", "ms": 44.1, "user": "eve"}\n';
    expect(detectFormat(Buffer.from(line.repeat(5))).format).toBe('json');
    const [event] = parseAll(createLogParser({}), Buffer.from(line)).events;
    expect([event?.message, event?.level, formatMicros(event?.time as number)]).toEqual(['request done', 'info', '2026-03-02T00:00:00Z']);
  });

  it.each([
    ['01.03.2026 14:15:00', '2026-03-01T14:15:00Z'],
    ['01.03.2026 14:15:00,123', '2026-03-01T14:15:00.123Z'],
    ['01-03-2026 14:15:00', '2026-03-01T14:15:00Z'],
    ['01/03/2026 14:15:00', '2026-03-01T14:15:00Z'],
    ['03/01/2026 02:15:00 PM', '2026-03-01T14:15:00Z'],
    ['03/01/2026 12:15:00 AM', '2026-03-01T00:15:00Z'],
    ['01 Mar 2026 14:15:00,123', '2026-03-01T14:15:00.123Z'],
    ['01-MAR-2026 14:15:00', '2026-03-01T14:15:00Z'],
    ['Sun, 01 Mar 2026 14:15:00 GMT', '2026-03-01T14:15:00Z'],
    ['Sun, 1 Mar 2026 14:15:00 +0100', '2026-03-01T13:15:00Z'],
    ['2026-03-01T14:15:00+0530', '2026-03-01T08:45:00Z'],
  ])('reads lines that begin with %s', (time, expected) => {
    const bytes = Buffer.from(`${time} WARN app - request done by u1\n`.repeat(4));
    expect(detectFormat(bytes).format).toBe('timestamped');
    const [event] = parseAll(createLogParser({ format: 'timestamped' }), bytes).events;
    expect([formatMicros(event?.time as number), event?.level, event?.message]).toEqual([expected, 'WARN', 'app - request done by u1']);
  });

  it.each(['32.03.2026 14:15:00', '13/13/2026 14:15:00', '03/01/2026 14:15:00 PM', '99 Foo 2026 14:15:00'])(
    'finds no time in %s',
    (time) => {
      expect(detectFormat(Buffer.from(`${time} WARN app\n`.repeat(4))).format).toBe('plain');
    },
  );

  it('falls back to plain lines', () => {
    expect(detectFormat(Buffer.from('hello\nworld\n')).format).toBe('plain');
    expect(detectFormat(new Uint8Array(0)).format).toBe('plain');
  });
});
