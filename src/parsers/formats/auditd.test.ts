import { describe, expect, it } from 'vitest';
import { textAt } from '../../core/index.ts';
import { createLogParser } from '../parser.ts';
import { syscallName } from './syscalls.ts';

function parsed(lines: readonly string[]) {
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`);
  const batch = createLogParser().parse(
    { input: 'audit.log', generation: 'g', offset: 0, line: 1, bytes, arrival: 2e15, last: true },
    's',
    () => {},
  );
  return lines.map((_, row) => ({
    message: textAt(batch.message, row),
    fields: Object.fromEntries(
      Object.entries(batch.fields ?? {}).flatMap(([name, column]) => (textAt(column, row) === '' ? [] : [[name, textAt(column, row)]])),
    ),
    attributes: JSON.parse(batch.attributes === undefined ? '{}' : textAt(batch.attributes, row)) as Record<string, string>,
  }));
}

describe('records of auditd', () => {
  it('name call, user, program and account; enriched ones by their names', () => {
    const [call, enriched, login] = parsed([
      'type=SYSCALL msg=audit(1788084010.500:102): arch=c000003e syscall=42 success=no exit=-115 a0=3 a1=7ffd a2=10 a3=0 items=0 ppid=4400 pid=4412 auid=1000 uid=0 gid=0 euid=0 ses=3 comm="curl" exe="/usr/bin/curl" key=(null)',
      'node=h type=SYSCALL msg=audit(1615114232.375:15558): arch=c000003e syscall=59 success=yes exit=0 pid=3 auid=1000 uid=1000 comm="true" exe="/bin/true" key="exec"\x1dARCH=x86_64 SYSCALL=execve AUID="user" UID="user"',
      'type=USER_LOGIN msg=audit(1427389321.984:439): pid=2363 uid=0 auid=4294967295 ses=4294967295 subj=system_u:system_r:sshd_t:s0-s0:c0.c1023 msg=\'op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=192.168.122.1 terminal=ssh res=failed\'',
    ]);
    expect(call?.message).toBe('SYSCALL connect user=1000 success=no comm=curl exe=/usr/bin/curl key=(null)');
    expect(call?.fields).toEqual({
      Type: 'SYSCALL',
      Serial: '102',
      Syscall: 'connect',
      Success: 'no',
      Auid: '1000',
      Uid: '0',
      Exe: '/usr/bin/curl',
      Account: '1000',
    });
    expect(enriched?.message).toBe('SYSCALL execve user=user success=yes comm=true exe=/bin/true key=exec');
    expect(enriched?.fields).toMatchObject({ Node: 'h', Auid: 'user', Key: 'exec', Syscall: 'execve' });
    expect(login?.message).toBe('USER_LOGIN user=root op=login exe=/usr/sbin/sshd hostname=? addr=192.168.122.1 terminal=ssh res=failed');
    expect(login?.fields).toMatchObject({ Account: 'root', Address: '192.168.122.1', Result: 'failed', Uid: '0' });
    expect(login?.attributes).toMatchObject({ type: 'USER_LOGIN', audit_serial: '439', acct: 'root', auid: '4294967295' });
  });

  it('are decoded where audit prints hexadecimal digits: arguments, titles, accounts, socket addresses', () => {
    const messages = parsed([
      'type=EXECVE msg=audit(1788084007.123:101): argc=3 a0="rm" a1="-rf" a2=6275696C64206F7574',
      'type=PROCTITLE msg=audit(1492752522.985:8972): proctitle=756E616D65002D61',
      'type=SOCKADDR msg=audit(1788084010.500:102): saddr=02001F90C0A801050000000000000000',
      'type=SOCKADDR msg=audit(1788084010.500:103): saddr=0A0000160000000020010DB800000000000000000000000100000000',
      'type=SOCKADDR msg=audit(1788084010.500:104): saddr=01002F7661722F72756E2F6E7363642F736F636B657400',
      'type=CWD msg=audit(1788084007.123:101): cwd="/home/dev/proj"',
      'type=AVC msg=audit(1364481363.243:24287): avc:  denied  { read } for  pid=2 comm="cat" name="shadow" dev=vda ino=7 scontext=a:b tcontext=c:d tclass=file permissive=0',
    ]);
    expect(messages.map(({ message }) => message)).toEqual([
      'EXECVE rm -rf build out',
      'PROCTITLE proctitle=uname -a',
      'SOCKADDR saddr=192.168.1.5:8080',
      'SOCKADDR saddr=[2001:db8:0:0:0:0:0:1]:22',
      'SOCKADDR saddr=/var/run/nscd/socket',
      'CWD cwd=/home/dev/proj',
      'AVC avc: denied { read } for comm=cat name=shadow ino=7 scontext=a:b tcontext=c:d tclass=file permissive=0',
    ]);
    expect(messages[2]?.fields.Address).toBe('192.168.1.5');
    expect(messages[3]?.fields.Address).toBe('2001:db8:0:0:0:0:0:1');
    // Numbers of a system call are no text.
    expect(parsed(['type=SYSCALL msg=audit(1000000000.000:1): a0=41 pid=1 auid=0'])[0]?.attributes.a0).toBe('41');
  });

  it('know calls by number on x86-64 alone', () => {
    expect([0, 59, 257, 334, 335, 424, 435, 9999].map((number) => syscallName('c000003e', String(number)))).toEqual([
      'read',
      'execve',
      'openat',
      'rseq',
      undefined,
      'pidfd_send_signal',
      'clone3',
      undefined,
    ]);
    expect(syscallName('40000003', '11')).toBeUndefined();
  });
});
