import { decodeUtf8 } from '../../core/index.ts';
import type { TextArena } from '../bytes/arena.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import type { Header } from './header.ts';
import { syscallName } from './syscalls.ts';

const FIELDS = ['Node', 'Type', 'Serial', 'Syscall', 'Success', 'Auid', 'Uid', 'Exe', 'Key', 'Account', 'Address', 'Result'] as const;
const LONGEST = 65_536;
const MOST_FIELDS = 400;

const HEAD = /^\s*(?:node=(\S{1,255}) )?type=([A-Z][A-Z0-9_]{0,63}|UNKNOWN\[\d{1,5}\]) msg=audit\((\d{9,11})\.(\d{3}):(\d{1,20})\):\s*/;
/** `name=value`, `name="value"`, `name={ … }`; what stands between them (`avc:  denied  { read } for`) is a word. */
const PART = /([\w.[\]-]{1,64})=("[^"]*"|'[^']*'|\([^)]*\)|\{[^}]*\}|[^\s,)'"]*)|([^\s=]+)/g;
/** What separates what the kernel wrote from names that auditd added. */
const ENRICHED = '\x1d';

/** Values that are printed as hexadecimal digits where they hold blanks, quotes or control characters. */
const ENCODED =
  /^(?:a\d{1,4}(?:\[\d{1,4}\])?|acct|cmd|comm|cwd|data|dir|exe|file|grp|key|name|new|ocomm|old|path|proctitle|root_dir|sw|unit|watch|vm)$/;
const HEXADECIMAL = /^(?:[0-9A-F]{2})+$/;
/** Of SYSCALL these are numbers and addresses of memory. */
const ARGUMENT = /^a[0-3]$/;

/** What differs from record to record and says nothing of what was done. */
const LEFT_OUT = new Set(
  'arch a0 a1 a2 a3 items ppid pid spid gid euid suid fsuid egid sgid fsgid tty ses item inode dev mode ouid ogid rdev cap_fp cap_fi cap_fe cap_fver cap_frootid subj syscall argc auid uid exit old-ses fp'.split(
    ' ',
  ),
);
/** Written for nobody: -1 as 32 bits. */
const UNSET = '4294967295';

/**
 * Records of Linux's audit daemon, plain and enriched, with hexadecimal values decoded. The message is what was done by whom, without
 * what differs each time; all fields are attributes under audit's names, so that rules for audit logs find them. Records of one event share `Serial`.
 */
export const auditd: LogFormat = {
  name: 'auditd',
  summary: 'Linux audit log (auditd), one record a line',
  fields: FIELDS,
  joining: 'none',
  drain: DEFAULT_DRAIN,
  specificity: 18,
  scan(arena, start, end, header) {
    const line = decodeUtf8(arena.bytes, start, Math.min(end, start + LONGEST));
    const head = HEAD.exec(line);
    if (head === null) return 'no record of audit (type=… msg=audit(…))';
    const [all, node, type = '', seconds = '', millis = '', serial = ''] = head;
    header.time = Number(seconds) * 1e6 + Number(millis) * 1e3;
    const record = fieldsOf(type, line.slice(all.length));
    const { fields } = record;
    const call = fields.get('SYSCALL') ?? syscallName(fields.get('arch'), fields.get('syscall'));
    if (call !== undefined) fields.set('SYSCALL', call);
    put(arena, header, messageOf(type, record, call));
    const user = userOf(fields);
    const columns = [
      node,
      type,
      serial,
      call ?? fields.get('syscall'),
      fields.get('success'),
      nameOr(fields, 'AUID', 'auid'),
      nameOr(fields, 'UID', 'uid'),
      fields.get('exe'),
      fields.get('key'),
      fields.get('acct') ?? user,
      addressOf(fields),
      fields.get('res'),
    ];
    for (const [index, value] of columns.entries()) {
      if (value === undefined || value === '' || value === '?' || value === '(null)') continue;
      header.fieldStart[index] = arena.put(value);
      header.fieldEnd[index] = arena.length;
    }
    const nodeAt = header.fieldStart[0] as number;
    header.hostStart = nodeAt;
    header.hostEnd = header.fieldEnd[0] as number;
    const program = fields.get('comm') ?? fields.get('exe')?.replace(/^.*\//, '');
    if (program !== undefined && program !== '') {
      header.componentStart = arena.put(program);
      header.componentEnd = arena.length;
    }
    const pid = Number(fields.get('pid') ?? -1);
    header.pid = Number.isInteger(pid) && pid <= 0x7fffffff ? pid : -1;
    header.attributesStart = arena.put(JSON.stringify({ type, audit_serial: serial, ...Object.fromEntries(fields) }));
    header.attributesEnd = arena.length;
    return true;
  },
};

interface AuditRecord {
  /** By name, decoded; an object without a prototype becomes of it only where it is printed. */
  readonly fields: Map<string, string>;
  /** In order: a name with its value, or a word that stands alone. */
  readonly parts: readonly (readonly [name: string, value: string])[];
}

function fieldsOf(type: string, rest: string): AuditRecord {
  const fields = new Map<string, string>();
  const parts: (readonly [string, string])[] = [];
  // What a program of its own wrote is quoted as a whole.
  const text = rest.replace(/\bmsg='(.*)'/s, '$1').replace(ENRICHED, ' ');
  for (const [, name, value = '', word] of text.matchAll(PART)) {
    if (parts.length >= MOST_FIELDS) break;
    if (name === undefined) {
      if (word !== undefined) parts.push(['', word]);
      continue;
    }
    const decoded = decodedOf(type, name, value);
    if (!fields.has(name) && name !== '__proto__') fields.set(name, decoded);
    parts.push([name, decoded]);
  }
  return { fields, parts };
}

function decodedOf(type: string, name: string, value: string): string {
  const quoted = /^(?:".*"|'.*')$/s.test(value);
  if (quoted) return value.slice(1, -1);
  if (name === 'saddr') return socketAddress(value) ?? value;
  const mayBeEncoded = ENCODED.test(name) && !(type === 'SYSCALL' && ARGUMENT.test(name));
  if (!mayBeEncoded || !HEXADECIMAL.test(value) || value.length < 2) return value;
  return Buffer.from(value, 'hex').toString('utf8').replace(/\0+$/, '').replaceAll('\0', ' ').replaceAll('\u0001', ' ');
}

/** A `sockaddr` as audit prints its bytes: `10.0.0.1:22`, `[::1]:22`, the path of a Unix socket; undefined of other families. */
function socketAddress(value: string): string | undefined {
  if (!HEXADECIMAL.test(value) || value.length < 4) return undefined;
  const bytes = Buffer.from(value, 'hex');
  const family = bytes.readUInt16LE(0);
  if (family === 2 && bytes.length >= 8) return `${bytes.subarray(4, 8).join('.')}:${bytes.readUInt16BE(2)}`;
  if (family === 10 && bytes.length >= 24) {
    const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(8 + 2 * i).toString(16));
    return `[${groups.join(':')}]:${bytes.readUInt16BE(2)}`;
  }
  if (family !== 1) return undefined;
  const path = bytes.subarray(2).toString('utf8').replace(/^\0/, '@');
  return path.split('\0')[0];
}

function messageOf(type: string, { fields, parts }: AuditRecord, call: string | undefined): string {
  if (type === 'EXECVE') return `EXECVE ${argumentsOf(fields)}`.trimEnd();
  const said = [type];
  if (call !== undefined) said.push(call);
  const user = userOf(fields);
  if (user !== undefined) said.push(`user=${user}`);
  for (const [name, value] of parts) {
    if (name === '') said.push(value);
    else if (!LEFT_OUT.has(name) && name !== 'acct' && !(isEnrichment(name) && fields.has(name.toLowerCase())))
      said.push(`${name}=${value}`);
  }
  return said.join(' ');
}

/** `AUID="alice"` beside `auid=1000`. */
function isEnrichment(name: string): boolean {
  return /^[A-Z]{2,8}$/.test(name);
}

function argumentsOf(fields: ReadonlyMap<string, string>): string {
  const given: string[] = [];
  for (let at = 0; given.length < MOST_FIELDS; at++) {
    const value = fields.get(`a${at}`) ?? fields.get(`a${at}[0]`);
    if (value === undefined) break;
    given.push(value);
  }
  return given.join(' ');
}

/** Who is behind it: the account that is named, else who signed in, else who runs it. */
function userOf(fields: ReadonlyMap<string, string>): string | undefined {
  const account = fields.get('acct');
  if (account !== undefined && account !== '' && account !== '?') return account;
  return nameOr(fields, 'AUID', 'auid') ?? nameOr(fields, 'UID', 'uid');
}

function nameOr(fields: ReadonlyMap<string, string>, named: string, number: string): string | undefined {
  const name = fields.get(named);
  if (name !== undefined && name !== 'unset' && name !== 'unknown') return name;
  const id = fields.get(number);
  return id === undefined || id === UNSET || id === '-1' || id === 'unset' ? undefined : id;
}

function addressOf(fields: ReadonlyMap<string, string>): string | undefined {
  const named = fields.get('addr') ?? fields.get('laddr');
  if (named !== undefined) return named;
  return /^(?:(\d+(?:\.\d+){3}):\d+|\[([\da-f:]+)\]:\d+)$/
    .exec(fields.get('saddr') ?? '')
    ?.slice(1)
    .find((part) => part !== undefined);
}

function put(arena: TextArena, header: Header, message: string): void {
  header.verbatim = false;
  header.messageStart = arena.put(message);
  header.messageEnd = arena.length;
}
