import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionAfter, type RecordBatch, textAt } from '../../core/index.ts';
import { createLogParser } from '../parser.ts';
import { isPseudonym } from './keyed-hash.ts';
import { PERSONAL_KINDS } from './personal-values.ts';
import { type PersonalData, RecordPseudonymiser } from './record-pseudonymiser.ts';

const ALL: PersonalData = { kinds: PERSONAL_KINDS };
const of = (data: PersonalData = ALL, fill = 0) => new RecordPseudonymiser(new Uint8Array(32).fill(fill), data);
const batchOf = (text: string, offset = 0, last = true): RecordBatch => ({
  input: 'a',
  generation: 'g',
  offset,
  line: 1,
  bytes: new TextEncoder().encode(text),
  arrival: 2e15,
  last,
});

/** Lines as programs write them, and what of each must be gone. */
const REAL: readonly (readonly [string, readonly string[]])[] = [
  ['Dec 10 06:55:46 LabSZ sshd[24200]: Invalid user webmaster from 173.234.31.186', ['LabSZ', 'webmaster', '173.234.31.186']],
  ['Dec 10 07:07:38 LabSZ sshd[1]: Failed password for invalid user test9 from 52.80.34.196 port 36060 ssh2', ['test9', '52.80.34.196']],
  ['Dec 10 09:32:20 LabSZ sshd[2]: Accepted password for fztu from 119.137.62.142 port 49116 ssh2', ['fztu', '119.137.62.142']],
  ['Dec 10 09:32:20 LabSZ sshd[2]: pam_unix(sshd:session): session opened for user fztu by (uid=0)', ['fztu']],
  [
    'Jun 14 15:16:02 combo sshd(pam_unix)[19937]: authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=220-135-151-1.hinet-ip.hinet.net  user=guest',
    ['combo', 'hinet', 'guest'],
  ],
  ['Jun 15 04:06:18 combo su(pam_unix)[21416]: session opened for user cyrus by alice(uid=1003)', ['cyrus', 'alice', '1003']],
  ['Mar  3 10:00:00 web sudo:    carol : TTY=pts/0 ; PWD=/home/carol ; USER=root ; COMMAND=/bin/ls /home/dave', ['carol', 'dave']],
  ['Mar  3 10:00:00 web CRON[77]: (erin) CMD (/home/erin/backup.sh)', ['erin']],
  ['Mar  3 10:00:00 web su[9]: (to frank) grace on pts/1', ['frank', 'grace']],
  [
    '192.168.2.20 - heidi [28/Jul/2006:10:27:10 -0300] "GET /?mail=ivan%40example.org HTTP/1.0" 200 3395',
    ['heidi', 'ivan', '192.168.2.20'],
  ],
  [
    '{"time":"2026-01-05T00:00:00Z","user":{"id":"7","name":"judy"},"client":"2001:4860:4860::8888","mail":"Judy <judy.k@example.org>"}',
    ['judy', '4860', 'example.org'],
  ],
  [
    '2026-01-05T00:00:00Z db1 postgres[1]: connection authorized: user=mallory database=app url=postgres://oscar:pass1@db.example.net/x',
    ['mallory', 'oscar', 'pass1', 'db.example.net', 'db1'],
  ],
  [
    'Mar  3 10:00:00 fw kernel: IN=eth0 MAC=00:16:3e:5e:6c:00:00:0c:29:3e:1b:2f:08:00 SRC=203.0.113.9 DST=10.0.0.4',
    ['3e:5e', '29:3e', '203.0.113.9', '10.0.0.4'],
  ],
  [
    '{"EventID":4625,"TargetUserName":"peggy","SubjectUserSid":"S-1-5-21-3457937927-2839227994-823803824-1104","WorkstationName":"WS-17"}',
    ['peggy', '3457937927', 'WS-17'],
  ],
  [
    'opened session 7f3a9b2c4d5e6f708192a3b4c5d6e7f8 of 123e4567-e89b-12d3-a456-426614174000, C:\\Users\\trent\\x.txt',
    ['7f3a9b2c', '123e4567', 'trent'],
  ],
];

describe('pseudonyms in records', () => {
  it.each(REAL)('of %s', (line, gone) => {
    const replaced = of().text(line);
    for (const value of gone) expect(replaced).not.toContain(value);
    expect(of().text(line)).toBe(replaced);
    const named = of({ kinds: PERSONAL_KINDS.filter((kind) => kind !== 'ids') });
    expect(named.text(named.text(line)), 'pseudonyms are not replaced again').toBe(named.text(line));
  });

  it('in what audit prints as hexadecimal digits', () => {
    const hex = (text: string) => Buffer.from(text).toString('hex').toUpperCase();
    const decoded = (line: string, name: string) =>
      Buffer.from(new RegExp(`${name}=([0-9A-F]+)`).exec(line)?.[1] ?? '', 'hex').toString('latin1');
    const head = 'msg=audit(1788084010.500:102):';
    const title = of().text(`type=PROCTITLE ${head} proctitle=${hex('ssh\0walter@10.1.2.3')}`);
    expect(decoded(title, 'proctitle')).toMatch(/^ssh user_[0-9a-f]{12}@host_[0-9a-f]{12}\.invalid$/);
    expect(of().text(`type=USER_LOGIN ${head} acct=${hex('wal ter')}`)).toMatch(/ acct="user_[0-9a-f]{12}"$/);
    const socket = of().text(`type=SOCKADDR ${head} saddr=02001F90CB0071090000000000000000`);
    const bytes = Buffer.from(/saddr=([0-9A-F]+)/.exec(socket)?.[1] ?? '', 'hex');
    expect(of().text('203.0.113.9')).toBe(bytes.subarray(4, 8).join('.'));
    expect(bytes.readUInt16BE(2)).toBe(8080);
    const six = of().text(`type=SOCKADDR ${head} saddr=0A0000160000000020014860486000000000000000008888${'00'.repeat(4)}`);
    expect(six).toMatch(/saddr=0A0000160000000020010DB8[0-9A-F]{24}00000000$/);
  });

  it('tell their kind, are equal for equal values, differ with the key, and leave what names nobody', () => {
    const text = 'for user root from 127.0.0.1 to 10.0.0.1 and 10.0.0.1, 12:34:56, ::1, getty@tty1.service, v1.2.3';
    const replaced = of().text(text);
    const [first, second] = replaced.match(/2[45]\d\.\d+\.\d+\.\d+/g) ?? [];
    expect(first).toBe(second);
    expect(isPseudonym(first ?? '')).toBe(true);
    expect(replaced.replaceAll(first ?? '', '10.0.0.1')).toBe(text);
    expect(of(ALL, 1).text(text)).not.toBe(replaced);
    expect(of().text('user alice')).toBe(of().text('user ALICE'));
    expect(
      of()
        .text('alice@a.example, user=alice')
        .match(/user_[0-9a-f]{12}/g),
    ).toHaveLength(2);
    expect(
      new Set(
        of()
          .text('alice@a.example, user=alice')
          .match(/user_[0-9a-f]{12}/g),
      ).size,
    ).toBe(1);
  });

  it('replace only the kinds that are asked for, names of a list anywhere, and values of your own', () => {
    expect(of({ kinds: ['users'] }).text('user=alice 10.0.0.1')).toMatch(/^user=user_[0-9a-f]{12} 10\.0\.0\.1$/);
    const named = of({ kinds: [], names: ['Alice', 'jürgen', 'bob.smith'] });
    const line = Buffer.from('ALICE met jürgen, alice-2 and bob.smith; malice', 'utf8').toString('latin1');
    expect(named.text(line)).toMatch(/^user_\w{12} met user_\w{12}, user_\w{12}-2 and user_\w{12}; malice$/);
    const values = of({
      kinds: [],
      values: [
        { name: 'customer', after: 'customer ', value: '[A-Z]\\d{3}' },
        { name: 'card', value: '\\d{16}' },
      ],
    });
    expect(values.text('customer A123, A123, customer a1, 4111111111111111')).toMatch(
      /^customer customer_[0-9a-f]{12}, A123, customer a1, [1-9]\d{14}$/,
    );
  });

  it('find names of several words, in any case and however their letters are written', () => {
    const latin = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
    const named = of({ kinds: [], names: ['Jürgen', 'Müller', 'Erika Mustermann', 'Weiß', 'Αλέξανδρος', "Sinéad O'Connor"] });
    for (const [written, names] of [
      ['Erika Mustermann', 1],
      ['ERIKA  MUSTERMANN', 1],
      ['erika.mustermann@a.example', 1],
      ['Mustermann, Erika', 1],
      ['erika_mustermann', 1],
      ['Erika+Mustermann', 1],
      ['Erika%20Mustermann', 1],
      ['JÜRGEN MÜLLER', 2],
      ['Ju\u0308rgen', 1],
      ['{"user":"J\\u00fcrgen M\\u00FCller"}', 2],
      ['{"log":"{\\"user\\":\\"J\\\\u00fcrgen\\"}"}', 1],
      ['\\u004a\\u00fcrgen', 1],
      ['GET /u/J%C3%BCrgen', 1],
      ['"GET /u/J\\xC3\\xBCrgen"', 1],
      ['<Data>J&#252;rgen M&#xFC;ller</Data>', 2],
      ['{"m":"a\\nJürgen\\tMüller"}', 2],
      ['WEISS', 1],
      ['ΑΛΈΞΑΝΔΡΟΣ', 1],
      ["sinéad o'connor", 1],
    ] as const) {
      const replaced = named.text(latin(`x ${written} y`));
      expect(replaced.match(/user_[0-9a-f]{12}/g)?.length, written).toBe(names);
      expect(Buffer.from(replaced, 'latin1').toString(), written).not.toMatch(/rgen|ller|mustermann|erika|weiss|connor|sin/iu);
      expect(replaced.startsWith('x ') && replaced.endsWith(' y'), written).toBe(true);
    }
    expect(named.text(Buffer.from('J\xfcrgen', 'latin1').toString('latin1'))).toMatch(/^user_/);
    const distinct = (...texts: string[]) => new Set(texts.map((text) => named.text(latin(text)))).size;
    expect(distinct('jürgen', 'JÜRGEN', 'J\\u00fcrgen', 'Ju\u0308rgen')).toBe(1);
    expect(distinct('Erika Mustermann', 'erika.mustermann', 'Mustermann, Erika')).toBe(1);
    expect(named.text('Erika says hello to another Mustermann')).toBe('Erika says hello to another Mustermann');
    for (const kept of ['100%ab', '\\ud83d alone', 'C:\\users\\xavier', '&#65; &#9999999;', '\\u0000\\u0022'])
      expect(named.text(kept)).toBe(kept.replace('&#65;', 'A'));
    expect(of({ kinds: ['users'] }).text(latin('{"user":"Erika Mustermann","displayName":"Jörg Groß"}'))).toMatch(
      /^\{"user":"user_\w{12}","displayName":"user_\w{12}"\}$/,
    );
    const both = of({ kinds: ['users'] });
    expect(both.text(latin('user=JÜRGEN'))).toBe(both.text(latin('user=jürgen')));
  });

  it('leave offsets, lengths and positions those of the input, held events over a snapshot too', () => {
    const lines = [
      '2026-01-05 00:00:00.003 INFO a: user alice from 10.0.6.62',
      '  at b',
      '2026-01-05 00:00:01.003 INFO a: user bob from 10.0.6.63',
      '',
      '2026-01-05 00:00:02.003 INFO a: done',
    ];
    const whole = `${lines.join('\n')}\n`;
    const origin = (text: string, cut: number, replace: boolean) => {
      let parser = createLogParser({ format: 'timestamped', joinLines: true });
      const found: number[][] = [];
      let at = 0;
      for (const part of [text.slice(0, cut), text.slice(cut)]) {
        const batch = { ...batchOf(part, at, at > 0), line: text.slice(0, at).split('\n').length };
        const given = replace ? of().apply(batch) : batch;
        expect(positionAfter(given)).toEqual(positionAfter(batch));
        const { origin, rows, message } = parser.parse(given, 's', () => {});
        for (let row = 0; row < rows; row++)
          found.push([
            origin.offset[row] as number,
            origin.line[row] as number,
            origin.length[row] as number,
            textAt(message, row).split('\n').length,
          ]);
        const state = parser.snapshot();
        parser = createLogParser({ format: 'timestamped', joinLines: true });
        parser.restore(state);
        at = cut;
      }
      return found;
    };
    for (let cut = 0; cut > -1 && cut < whole.length; cut = whole.indexOf('\n', cut) + 1 || whole.length)
      expect(origin(whole, cut, true)).toEqual(origin(whole, cut, false));
  });

  it('take any bytes, records of any kind and hostile repetitions', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const replaced = of().apply({ ...batchOf(''), bytes });
        expect(positionAfter(replaced)).toEqual(positionAfter({ ...batchOf(''), bytes }));
      }),
    );
    const began = process.cpuUsage();
    for (const part of [
      'a',
      '1.',
      ':',
      'a.',
      '@',
      'user=',
      '-',
      '0a:',
      '"{',
      '://',
      'user ',
      'a@',
      '/home/',
      '(to a) ',
      'f0',
      ' ',
      'user={"',
    ])
      of().text(part.repeat(200_000 / part.length));
    const { user, system } = process.cpuUsage(began);
    expect((user + system) / 1e6).toBeLessThan(20);
  });
});
