import { isIP } from 'node:net';

/** What a line of a known program says about a sign-in or a peer, read so that a name which the peer chose changes none of it. */
export interface SignIn {
  readonly outcome?: 'failed' | 'accepted';
  /** The account that was asked for. */
  readonly user?: string;
  /** Of the peer; its name where PAM was told no address. */
  readonly address?: string;
  /** The line tells of a request to a web server too. */
  readonly web?: boolean;
}

interface Layout {
  /** Words of the program that stand before anything the peer chose. */
  readonly lead: RegExp;
  readonly read: (rest: string, lead: string) => SignIn;
  /** Other programs use such words too: a line that names no address where this one would is not of it. */
  readonly loose?: true;
}

/** Longer lines may have been cut within a name: sshd ends a message after 1,023 bytes. */
const LONGEST_COMPLETE = 900;
const MOST_READ = 4_096;
const LONGEST_USER = 256;

/** A name of SSH holds no colon (what follows one is a style), so behind the first one nothing is read as a name. */
const FROM = /^([^:]*) from (\S+)/s;
/** Names of other servers may hold one. */
const LAST_FROM = /^(.*) from (\S+)/s;
const BARE_PORT = /^(?:([^:]*) )?(\S+) port \d{1,5}/s;
const AT_THE_START = /^([\w.:%-]+)/;

/** The lines of OpenSSH, dropbear, PAM, dovecot, vsftpd, postfix, xrdp, nginx, Apache, PostgreSQL and sudo. Where several leads are in a line the first one counts: it is not in a name. */
const LAYOUTS: readonly Layout[] = [
  {
    lead: /(?:Failed|Accepted|Postponed|Partial) (?:password|publickey|none|keyboard-interactive(?:\/\w+)?|hostbased|gssapi-[\w-]+) for (?:invalid user |illegal user )?/,
    read: signInFrom,
    loose: true,
  },
  { lead: /maximum authentication attempts exceeded for (?:invalid user )?/, read: (rest) => ({ ...from(rest), outcome: 'failed' }) },
  {
    lead: /PAM: [A-Z][\w ]{3,60} for (?:illegal user |invalid user )?/,
    read: (rest) => ({ ...from(rest), outcome: 'failed' }),
    loose: true,
  },
  { lead: /input_userauth_request: (?:invalid|illegal) user /, read: () => ({ outcome: 'failed' }) },
  { lead: /(?:Invalid|Illegal|invalid|illegal) user /, read: (rest) => ({ ...from(rest), outcome: 'failed' }), loose: true },
  {
    lead: /(?:Connection (?:closed|reset) by|Disconnected from|Disconnecting) (?:(?:invalid|authenticating) )?user /,
    read: barePort,
    loose: true,
  },
  {
    lead: /(?:Received disconnect|Did not receive identification string|(?:banner exchange: |run_fatal: )?Connection) from /,
    read: atTheStart,
    loose: true,
  },
  {
    lead: /(?:Connection (?:closed|reset) by|Disconnected from|Unable to negotiate with) (?=[\da-fA-F.:]{3,45}\b)/,
    read: atTheStart,
    loose: true,
  },
  { lead: /Bad protocol version identification '/, read: (rest) => ({ ...addressed(/^.*' from (\S+)/s.exec(rest)?.[1]) }) },
  { lead: /reverse mapping checking getaddrinfo for /, read: (rest) => ({ ...addressed(/^[^[]*\[([^\]]+)\]/.exec(rest)?.[1]) }) },
  { lead: /Address (?=\S+ maps to )/, read: atTheStart, loose: true },
  { lead: /\bUser (?=.* from \S+ not allowed because)/, read: (rest) => notAllowed(rest) },
  { lead: /(?:Bad (?:PAM )?password attempt|(?:Password|Pubkey|PAM) auth succeeded) for '/, read: dropbear },
  { lead: /Login attempt for nonexistent user/, read: (rest) => ({ ...addressed(/ from (\S+)$/.exec(rest)?.[1]), outcome: 'failed' }) },
  { lead: /authentication failures?; logname=/, read: pam },
  { lead: /authentication failure; rhost=/, read: (rest) => ({ ...atTheStart(rest), outcome: 'failed' }) },
  { lead: /(?:imap|pop3|managesieve|submission)-login: /, read: dovecot },
  { lead: /(?<!\] )\[pid \d{1,10}\] \[/, read: vsftpd },
  {
    lead: /(?:warning: |disconnect from |connect from |lost connection after \w+ from )[\w.-]+\[(?=[\da-fA-F.:]+\])/,
    read: atTheStart,
  },
  {
    lead: /(?:^|FATAL: {2})(?:password|peer|Ident|LDAP|PAM|GSSAPI|SSPI|certificate|RADIUS|BSD|"trust") authentication failed for user "(?=.*"$)/,
    read: (rest) => ({ ...named(rest.length < LONGEST_COMPLETE ? rest.slice(0, -1) : undefined), outcome: 'failed' }),
  },
  { lead: /(?:no pg_hba\.conf entry|pg_hba\.conf rejects connection) for host "/, read: hostBased },
  { lead: /AUTHFAIL: user=/, read: xrdp },
  { lead: /\*\d{1,19} user "/, read: nginx },
  {
    lead: /(?:^|\[(?:\w{1,40}:)?\w{1,20}\] (?:\[pid [\w: ]{1,60}\] )?)\[(?:client|remote) (?=\[?[\da-fA-F.:]+)/,
    read: (rest) => ({ ...atTheStart(rest), web: true }),
  },
  { lead: /(?:^|: ) *\S+ : (?:[\w ]{1,60} ; )?TTY=\S+ ; PWD=/, read: () => ({}) },
];
const LEADS = new RegExp(LAYOUTS.map(({ lead }) => `(${lead.source})`).join('|'), 's');

/** Undefined: the line is of none of these programs. Without an address: it names none that can be trusted. */
export function signInOf(text: string): SignIn | undefined {
  const read = text.length > MOST_READ ? text.slice(0, MOST_READ) : text;
  const found = LEADS.exec(read);
  if (found === null) return undefined;
  const number = found.findIndex((group, i) => i > 0 && group !== undefined) - 1;
  const layout = LAYOUTS[number] as Layout;
  const rest = read.slice(found.index + found[0].length);
  const said = layout.read(rest, found[0]);
  return layout.loose === true && said.address === undefined && rest.length < LONGEST_COMPLETE ? undefined : said;
}

function signInFrom(rest: string, lead: string): SignIn {
  const read = from(rest);
  if (lead.startsWith('Failed')) return { ...read, outcome: 'failed' };
  return lead.startsWith('Accepted') ? { ...read, outcome: 'accepted' } : read;
}

function from(rest: string): SignIn {
  const found = FROM.exec(rest) ?? LAST_FROM.exec(rest);
  if (found === null) return named(rest.length < LONGEST_COMPLETE ? rest.replace(/ \[preauth\]$/, '') : undefined);
  return rest.length < LONGEST_COMPLETE ? { ...named(found[1]), ...addressed(found[2]) } : {};
}

function barePort(rest: string, lead: string): SignIn {
  const found = rest.length < LONGEST_COMPLETE ? BARE_PORT.exec(rest) : null;
  const outcome = /invalid|authenticating/.test(lead) ? { outcome: 'failed' as const } : {};
  return { ...(found === null ? {} : { ...named(found[1]), ...addressed(found[2]) }), ...outcome };
}

function atTheStart(rest: string): SignIn {
  return addressed(AT_THE_START.exec(rest.replace(/^\[/, ''))?.[1]);
}

function notAllowed(rest: string): SignIn {
  const found = /^(.*) from (\S+) not allowed because/s.exec(rest);
  return { ...named(found?.[1]), ...addressed(found?.[2]), outcome: 'failed' };
}

function dropbear(rest: string, lead: string): SignIn {
  const found = /^(.*)'.* from (\S+)$/s.exec(rest);
  return { ...named(found?.[1]), ...addressed(found?.[2]), outcome: lead.startsWith('Bad') ? 'failed' : 'accepted' };
}

/** `ruser` is the peer's word except with sshd, which leaves it empty; `user` is there for accounts that exist, or with sshd and SSSD the peer's word. */
function pam(rest: string): SignIn {
  const own = /^.{0,200}? tty=\w{0,9}ssh ruser= rhost=(\S*)(?:\s+user=(.*))?$/s.exec(rest);
  const found = own ?? /^.*\srhost=(\S*)(?:\s+user=(\S*))?\s*$/s.exec(rest) ?? /^.*\srhost=(\S*)/s.exec(rest);
  return { ...named(found?.[2]), ...peer(found?.[1]), outcome: 'failed' };
}

function dovecot(rest: string): SignIn {
  const found = /^(.*)[\s,]rip=([^,\s]+)/s.exec(rest);
  const user = /user=<(.*)>/s.exec(found?.[1] ?? '')?.[1];
  const outcome = /^(?:Info: )?Login: /.test(rest)
    ? ('accepted' as const)
    : /auth fail|unknown user/i.test(rest)
      ? ('failed' as const)
      : undefined;
  return { ...named(user), ...addressed(found?.[2]), ...(outcome === undefined ? {} : { outcome }) };
}

/** A failed name is the peer's word and stands before its address; after a sign-in the names of files stand behind it. */
function vsftpd(rest: string): SignIn {
  const failed = /^(.*)\] FAIL LOGIN: Client "([^"]*)"\s*$/s.exec(rest);
  if (failed !== null) return { ...named(failed[1]), ...addressed(failed[2]), outcome: 'failed' };
  const other = /^([^\]]*)\] (?:OK|FAIL) ([A-Z]+): Client "([^"]*)"/.exec(rest);
  return { ...named(other?.[1]), ...addressed(other?.[3]), ...(other?.[2] === 'LOGIN' ? { outcome: 'accepted' as const } : {}) };
}

/** The address stands first and the server wrote it. */
function hostBased(rest: string): SignIn {
  const found = /^([\da-fA-F.:]{2,45})", user "(.*)", database "/s.exec(rest);
  return { ...named(found?.[2]), ...addressed(found?.[1]), outcome: 'failed' };
}

function xrdp(rest: string): SignIn {
  const found = /^(.*) ip=(\S+)(?: time=\d+)?\s*$/s.exec(rest);
  return { ...named(found?.[1]), ...addressed(found?.[2]), outcome: 'failed' };
}

/** A name of HTTP's basic authentication holds no colon; the request behind the address may hold anything. */
function nginx(rest: string): SignIn {
  const found = /^([^:]*?)(?:" was not found in "[^:]*|": password mismatch), client: ([^,\s]+)/s.exec(rest);
  return { ...named(found?.[1]), ...addressed(found?.[2]), outcome: 'failed', web: true };
}

function named(user: string | undefined): SignIn {
  const name = user?.trim();
  return name === undefined || name === '' || name.length > LONGEST_USER ? {} : { user: name };
}

/** Where a host resolves names of its peers the name is all there is. */
function peer(text: string | undefined): SignIn {
  const read = addressed(text);
  return read.address === undefined && text !== undefined && /^(?=.*[a-z])[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}$/i.test(text)
    ? { address: text.toLowerCase() }
    : read;
}

/** Without a port, brackets and the prefix of addresses that are mapped into IPv6. */
function addressed(text: string | undefined): SignIn {
  if (text === undefined) return {};
  for (const one of [text, text.replace(/:\d{1,5}$/, ''), text.replace(/:$/, '')]) {
    const address = one.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%[\w.-]+$/, '');
    if (isIP(address) > 0) return { address: address.toLowerCase() };
  }
  return {};
}
