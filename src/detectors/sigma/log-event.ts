import { type DictColumn, dictAt, type LogBatch, textAt } from '../../core/index.ts';
import type { EventSource } from './log-source.ts';
import { addressIn, PEER_FIELDS, peerOfFields, peerOfText } from './peer-address.ts';
import { refusedPacketOf } from './refused-packet.ts';
import { REQUEST_FIELDS, type RequestFields, requestOf } from './request-fields.ts';
import { signInOf } from './sign-in.ts';

/** A log event as rules see it. */
export interface LogEvent {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where it is from, when the fields do not say so. */
  readonly source?: EventSource;
}

/**
 * Row of a batch -> fields under the names that rules use: header fields as printed, ECS names, what is nested in a structured
 * record, the parts of an HTTP request (`cs-method`, `c-uri`, `sc-status`, `c-useragent`), words of the form KEY=value,
 * `SourceIp`: the peer that the line is about, and of lines of well-known programs `SignIn` (`failed`, `accepted`) and `SignInUser`.
 */
export function logEventOf(batch: LogBatch, row: number): LogEvent {
  const message = textAt(batch.message, row);
  const fields: Record<string, unknown> = { ...structured(batch, row) };
  for (const [name, column] of Object.entries(batch.fields ?? {})) {
    const text = textAt(column, row);
    if (text !== '' && fields[name] === undefined) fields[name] = text;
  }
  fields.message ??= message;
  set(fields, 'host.name', batch.host, row);
  set(fields, 'process.name', batch.component, row);
  set(fields, 'log.level', batch.level, row);
  const pid = batch.pid[row] as number;
  if (pid >= 0) fields['process.pid'] ??= pid;
  const known = isBare(batch) ? undefined : peerOfFields(fields);
  // A name in the line of a program that is known must not be read as fields, a request or an address of its own.
  const signIn = known === undefined && fields.Request === undefined ? signInOf(message) : undefined;
  if (signIn?.outcome !== undefined) fields.SignIn = signIn.outcome;
  if (signIn?.user !== undefined) fields.SignInUser = signIn.user;
  let bare = isBare(batch);
  if (signIn === undefined && message.includes('=')) {
    for (const [, key, value] of message.matchAll(UPPER_PAIR)) {
      fields[key as string] ??= value;
      bare = false;
    }
  }
  const refused = signIn === undefined && known === undefined ? refusedPacketOf(String(fields['process.name'] ?? ''), message) : undefined;
  if (refused !== undefined) {
    Object.assign(fields, refused);
    bare = false;
  }
  const request: RequestFields | undefined = signIn === undefined || signIn.web === true ? requestOf(fields, message, bare) : undefined;
  if (request !== undefined) Object.assign(fields, request);
  const remote = addressIn(fields.RemoteHost);
  const peer =
    known ?? remote ?? (signIn === undefined ? ((bare ? undefined : peerOfFields(fields)) ?? peerOfText(message)) : signIn.address);
  if (peer !== undefined) fields.SourceIp ??= peer;
  if (request !== undefined) return { fields, source: WEBSERVER };
  if (batch.attributes !== undefined) return { fields };
  if (signIn !== undefined || !AUDIT.test(message)) return { fields, source: programSource(String(fields['process.name'] ?? '')) };
  return { fields: { ...fields, ...auditFields(message) }, source: LINUX_AUDIT };
}

export const WEBSERVER: EventSource = { products: ['apache', 'nginx'], categories: ['webserver'], services: [] };
const LINUX_AUDIT: EventSource = { products: ['linux'], categories: [], services: ['auditd'] };
const AUDIT = /\btype=[A-Z_]+ msg=audit\(/;
const AUTH = new Set(['sshd', 'sudo', 'su', 'login', 'systemd-logind', 'passwd', 'useradd', 'usermod', 'groupadd', 'chage']);

const MOST_PROGRAMS = 1_000;
const PROGRAMS = new Map<string, EventSource>();

/** The same object for the same name, so that rules need not be chosen anew for each line. */
function programSource(name: string): EventSource {
  let source = PROGRAMS.get(name);
  if (source === undefined) {
    source = { products: ['linux'], categories: [], services: servicesOf(name) };
    if (PROGRAMS.size >= MOST_PROGRAMS) PROGRAMS.clear();
    PROGRAMS.set(name, source);
  }
  return source;
}

/** Services of SigmaHQ's Linux rules that a program's lines belong to. */
function servicesOf(name: string): string[] {
  const program = name.toLowerCase().replace(/[[(].*$/, '');
  return ['syslog', program.startsWith('cron') ? 'cron' : program, ...(AUTH.has(program) ? ['auth'] : [])].filter((name) => name !== '');
}

/** `type=EXECVE msg=audit(…): argc=3 a0="sudo"`: names and values without quotes; at most 200. */
function auditFields(message: string): Record<string, string> {
  const fields = Object.create(null) as Record<string, string>;
  let count = 0;
  for (const [, name = '', value = ''] of message.slice(0, 65_536).matchAll(/(\w{1,64})=("[^"]*"|'[^']*'|\S+)/g)) {
    if (count++ >= 200) break;
    fields[name] = /^(".*"|'.*')$/.test(value) ? value.slice(1, -1) : value;
  }
  return fields;
}

const TELLING = new Set([...REQUEST_FIELDS, ...PEER_FIELDS]);
const BARE = new WeakMap<LogBatch, boolean>();

/** Whether no field of the batch can tell of a request or a peer. */
function isBare(batch: LogBatch): boolean {
  let bare = BARE.get(batch);
  if (bare === undefined) {
    bare = batch.attributes === undefined && !Object.keys(batch.fields ?? {}).some((name) => TELLING.has(name));
    BARE.set(batch, bare);
  }
  return bare;
}

/** `SRC=10.0.0.1 DPT=22` of the kernel's packet filter. */
const UPPER_PAIR = /(?<=^|\s)([A-Z]{2,8})=([^\s]{1,64})/g;

function structured(batch: LogBatch, row: number): Readonly<Record<string, unknown>> {
  const { attributes } = batch;
  if (attributes === undefined || (attributes.start[row] as number) < 0) return {};
  try {
    const value: unknown = JSON.parse(textAt(attributes, row));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function set(fields: Record<string, unknown>, name: string, column: DictColumn, row: number): void {
  const value = dictAt(column, row);
  if (value !== undefined && value !== '') fields[name] ??= value;
}
