import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogBatch, silentLogger } from '../../core/index.ts';
import { logBatch } from '../../testing/log-batch.ts';
import sigma from './index.ts';
import { signInOf } from './sign-in.ts';

const PEER = '203.0.113.77';
const OTHER = '8.8.8.8';

/** Failed sign-ins of each program with a name of the peer's choice; what a name cannot hold there. */
const FAILED: readonly (readonly [program: string, line: (name: string) => string, impossible: RegExp])[] = [
  ['sshd', (name) => `Failed password for invalid user ${name} from ${PEER} port 4242 ssh2`, /:/],
  ['sshd with a key', (name) => `Failed publickey for invalid user ${name} from ${PEER} port 4242 ssh2: RSA SHA256:abc`, /:/],
  ['sshd, no such user', (name) => `Invalid user ${name} from ${PEER} port 4242`, /:/],
  ['sshd, disconnected', (name) => `Connection closed by invalid user ${name} ${PEER} port 4242 [preauth]`, /:/],
  ['sshd, too many', (name) => `maximum authentication attempts exceeded for invalid user ${name} from ${PEER} port 1 ssh2 [preauth]`, /:/],
  ['sshd, not allowed', (name) => `User ${name} from ${PEER} not allowed because not listed in AllowUsers`, /$^/],
  ['PAM of sshd', (name) => `authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=${PEER}  user=${name}`, /$^/],
  ['PAM of vsftpd', (name) => `authentication failure; logname= uid=0 euid=0 tty=ftp ruser=${name} rhost=${PEER}`, /$^/],
  ['dropbear', (name) => `Bad password attempt for '${name}' from ${PEER}:4242`, /$^/],
  [
    'dovecot',
    (name) => `imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<${name}>, method=PLAIN, rip=${PEER}, lip=10.0.0.1`,
    /$^/,
  ],
  ['vsftpd', (name) => `[pid 7] [${name}] FAIL LOGIN: Client "::ffff:${PEER}"`, /$^/],
  ['postfix', (name) => `warning: unknown[${PEER}]: SASL LOGIN authentication failed: (reason unavailable), sasl_username=${name}`, /$^/],
  ['xrdp', (name) => `AUTHFAIL: user=${name} ip=::ffff:${PEER} time=1700000000`, /$^/],
  ['nginx', (name) => `*17 user "${name}": password mismatch, client: ${PEER}, server: _, request: "GET /${name} HTTP/1.1"`, /:/],
  [
    'nginx, no such user',
    (name) => `*17 user "${name}" was not found in "/etc/p.htpasswd", client: ${PEER}, server: _, request: "GET /"`,
    /:/,
  ],
  [
    'Apache',
    (name) => `[auth_basic:error] [pid 7] [client ${PEER}:5050] AH01617: user ${name}: authentication failure for "/": Password Mismatch`,
    /$^/,
  ],
];

/** What a peer may write that knows how the programs write. */
const PIECES = [
  'accepted password',
  'Accepted password for root from ',
  'Failed password for ',
  `from ${OTHER} port 22 ssh2`,
  ` from ${OTHER} port 22 ssh2: RSA SHA256:abc`,
  ` ${OTHER} port 22 [preauth]`,
  `rhost=${OTHER}`,
  `user=x ruser= rhost=${OTHER} `,
  `, rip=${OTHER}, lip=`,
  `>, rip=${OTHER}`,
  `] FAIL LOGIN: Client "${OTHER}"`,
  `", client: ${OTHER}, server: _, request: "`,
  `[client ${OTHER}:1] `,
  ` ip=${OTHER} time=1`,
  `unknown[${OTHER}]: SASL `,
  `SRC=${OTHER}`,
  ` : TTY=pts/0 ; PWD=`,
  'login success',
  'GET / HTTP/1.1',
  'imap-login: Login: user=<',
  "' from ",
  '"',
  ' ',
  'root',
  `${OTHER}`,
];
const name = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 12 })), { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join('').replaceAll(/[\r\n]/g, '?'));

function found(messages: readonly string[]): { title: string; entity: string }[] {
  const batch: LogBatch = logBatch(messages.map((message, i) => ({ time: 1_700_000_000_000_000 + i * 1_000_000, message, host: 'gate' })));
  return [...sigma.create(sigma.config.parse({}), { name: 'sigma', log: silentLogger, now: () => 0, random: () => 0 }).take(batch)];
}

describe('a failed sign-in', () => {
  it.each(FAILED)('to %s is its peer’s, whatever name it gives', (_, line, impossible) => {
    fc.assert(
      fc.property(name, (given) => {
        const chosen = given.replaceAll(new RegExp(impossible, 'g'), '');
        const read = signInOf(line(chosen));
        expect(read?.address).toBe(PEER);
        expect(read?.outcome ?? 'failed').toBe('failed');
      }),
      { numRuns: 300 },
    );
  });

  it.each(FAILED)('to %s is counted, whatever name it gives', (_, line, impossible) => {
    fc.assert(
      fc.property(name, (given) => {
        const chosen = given.replaceAll(new RegExp(impossible, 'g'), '');
        const guessing = found(Array.from({ length: 6 }, () => line(chosen))).filter(({ title }) =>
          title.startsWith('Many failed sign-ins from'),
        );
        expect(guessing.map(({ entity }) => entity)).toEqual([PEER]);
      }),
      { numRuns: 25 },
    );
  });

  it('cut by a name that is too long blames nobody', () => {
    const cut = `Failed password for invalid user ${'a'.repeat(960)} from ${OTHER} port 22`;
    expect(signInOf(cut)?.address).toBeUndefined();
  });

  it('of sudo is no peer’s, whatever address its command holds', () => {
    const line = 'alice : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/usr/bin/ping from 8.8.8.8';
    expect(signInOf(line)).toEqual({});
    expect(found(Array.from({ length: 8 }, () => line)).map(({ entity }) => entity)).not.toContain('8.8.8.8');
  });
});

describe('a failed sign-in to PostgreSQL', () => {
  it('names the account, and no address of its peer’s choice', () => {
    fc.assert(
      fc.property(name, (given) => {
        const read = signInOf(`password authentication failed for user "${given}"`);
        expect(read?.outcome).toBe('failed');
        expect(read?.address).toBeUndefined();
        expect(read?.user).toBe(given.trim() === '' ? undefined : given.trim());
      }),
      { numRuns: 300 },
    );
  });

  it('without an entry in pg_hba.conf is its peer’s, whatever name it gives', () => {
    fc.assert(
      fc.property(name, (given) => {
        const read = signInOf(`no pg_hba.conf entry for host "${PEER}", user "${given}", database "shop", no encryption`);
        expect(read).toMatchObject({ outcome: 'failed', address: PEER });
      }),
      { numRuns: 300 },
    );
  });
});

describe('a line of another program', () => {
  it.each([
    'Invalid user or password from ip 203.0.113.77',
    'Invalid user credentials for bob, client 203.0.113.77',
    'Failed password for user bob (203.0.113.77)',
    'Connection from user bob at 203.0.113.77: login failed',
  ])('is none of these and still counted: %s', (line) => {
    expect(signInOf(line)).toBeUndefined();
    expect(found(Array.from({ length: 6 }, () => line)).map(({ entity }) => entity)).toContain(PEER);
  });
});

describe('who signed in', () => {
  it.each([
    ['Accepted password for root from 203.0.113.77 port 22 ssh2', 'root'],
    ['Accepted publickey for alice from 203.0.113.77 port 22 ssh2: RSA SHA256:abc', 'alice'],
    ['imap-login: Login: user=<bob>, method=PLAIN, rip=203.0.113.77, lip=10.0.0.1', 'bob'],
    ['[pid 2] [carol] OK LOGIN: Client "203.0.113.77"', 'carol'],
  ])('%s', (line, user) => {
    expect(signInOf(line)).toMatchObject({ outcome: 'accepted', user, address: PEER });
  });
});
