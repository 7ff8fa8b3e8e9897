import { VedetteError } from '../core/index.ts';

/** Kinds of identifier that lines can be grouped by. `reusable` values (an address, a user, a process id) come back later. */
export type SessionKey =
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'uuid'; readonly prefix: string }
  | { readonly kind: 'hex'; readonly length: number }
  | { readonly kind: 'pointer' | 'mac' | 'ip' | 'pid' | 'host' | 'component' }
  | { readonly kind: 'keyword'; readonly word: string }
  | { readonly kind: 'field'; readonly name: string }
  | { readonly kind: 'parameter'; readonly template: string; readonly index: number }
  | { readonly kind: 'pattern'; readonly source: string };

/** Words that announce an identifier: `user root`, `session 4711`, `uid=0`. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  'user', 'uid', 'username', 'account', 'session', 'sessionid', 'request', 'requestid', 'transaction', 'job', 'jobid', 'task', 'taskid',
  'client', 'tenant', 'instance', 'container', 'connection', 'conn', 'order', 'trace', 'traceid', 'correlation', 'id',
]); // biome-ignore format: a list of words

/** The one-word or one-line form that configuration accepts and explanations print. */
export function formatSessionKey(key: SessionKey): string {
  switch (key.kind) {
    case 'prefix':
      return `${key.prefix}<*>`;
    case 'uuid':
      return `${key.prefix}<uuid>`;
    case 'hex':
      return `<hex${key.length}>`;
    case 'keyword':
      return `${key.word} <*>`;
    case 'field':
      return `field:${key.name}`;
    case 'parameter':
      return `parameter:${key.template}#${key.index}`;
    case 'pattern':
      return `/${key.source}/`;
    default:
      return key.kind;
  }
}

/** Parses what `formatSessionKey` prints; a bare word that is none of these is a literal prefix (`blk_`). */
export function parseSessionKey(text: string): SessionKey {
  if (text === 'ip' || text === 'pid' || text === 'host' || text === 'component' || text === 'mac' || text === 'pointer')
    return { kind: text };
  if (text === 'uuid') return { kind: 'uuid', prefix: '' };
  if (text.length > 2 && text.startsWith('/') && text.endsWith('/')) return { kind: 'pattern', source: checkPattern(text.slice(1, -1)) };
  if (text.startsWith('field:')) return { kind: 'field', name: text.slice(6) };
  const parameter = /^parameter:([^#]+)#(\d+)$/.exec(text);
  if (parameter !== null) return { kind: 'parameter', template: parameter[1] as string, index: Number(parameter[2]) };
  const hex = /^<hex(\d+)>$/.exec(text);
  if (hex !== null) return { kind: 'hex', length: Number(hex[1]) };
  if (text.endsWith('<uuid>')) return { kind: 'uuid', prefix: text.slice(0, -6) };
  const keyword = /^(\w+) <\*>$/.exec(text);
  if (keyword !== null) return { kind: 'keyword', word: (keyword[1] as string).toLowerCase() };
  const prefix = text.endsWith('<*>') ? text.slice(0, -3) : text;
  if (!/^[\w-]{1,64}$/.test(prefix)) {
    throw new VedetteError('CONFIG_INVALID', `session.by: "${text}" is no session key`, {
      hint: 'use auto, pid, ip, uuid, host, component, a prefix such as blk_, "user <*>", field:NAME, parameter:TEMPLATE#INDEX or /regex/',
    });
  }
  return { kind: 'prefix', prefix };
}

/** True where the same value names different sessions over time, so that a gap must part them. */
export function isReusable(key: SessionKey): boolean {
  return !(key.kind === 'prefix' || key.kind === 'uuid' || key.kind === 'hex' || key.kind === 'pattern' || key.kind === 'parameter');
}

const ENTITY = /^(?:user|uid|username|account|client|clientip|remote|(?:.*[._-])?ip)$/i;

/** True where the value itself is what an alert is about (an address, a user), rather than the host it was seen on. */
export function isEntity(key: SessionKey): boolean {
  if (key.kind === 'ip' || key.kind === 'mac' || key.kind === 'host') return true;
  if (key.kind === 'keyword') return ENTITY.test(key.word);
  return key.kind === 'field' && ENTITY.test(key.name);
}

function checkPattern(source: string): string {
  try {
    new RegExp(source, 'u');
    return source;
  } catch (cause) {
    throw new VedetteError('CONFIG_INVALID', `session.by: /${source}/ is no regular expression: ${(cause as Error).message}`, {
      hint: 'correct the expression; its first group, else the whole match, is the key',
      cause,
    });
  }
}
