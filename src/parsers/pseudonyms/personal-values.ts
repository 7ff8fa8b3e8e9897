import { isIPv4, isIPv6 } from 'node:net';
import { isPseudonym, type KeyedHash } from './keyed-hash.ts';

/**
 * Each replaces what it finds in one record. Texts hold bytes as Latin-1 characters. Every pattern is linear in the length of the text: a repetition
 * begins only where a word does, and none stands within another.
 */
export type Replacement = (text: string, hash: KeyedHash) => string;

/** The kinds of values that are replaced before anything is stored, in the order in which they are looked for. */
export const PERSONAL_KINDS = ['emails', 'addresses', 'users', 'hosts', 'ids'] as const;
export type PersonalKind = (typeof PERSONAL_KINDS)[number];

/** Units of systemd, such as getty@tty1.service, are no addresses. */
const UNIT = /\.(?:service|socket|timer|mount|slice|device|target|scope|path)$/;
const USER_INFO = /(:\/\/)([^\s/@:"'<>]+)(:[^\s/@"'<>]*)?@/g;
const EMAIL = /(?<![\w.+\x80-\xff-])([\w.+\x80-\xff-]+)(@|%40)([\w\x80-\xff-]+(?:\.[\w\x80-\xff-]+)*)/g;

const emails: Replacement = (text, hash) => {
  if (!text.includes('@') && !text.includes('%40')) return text;
  return text
    .replace(USER_INFO, (all, scheme: string, user: string, password: string | undefined) =>
      isPseudonym(user) ? all : `${scheme}${hash.user(user)}${password === undefined ? '' : `:${hash.parameter(password)}`}@`,
    )
    .replace(EMAIL, (all, local: string, at: string, domain: string, offset: number, whole: string) => {
      if (isPseudonym(`${local}@${domain}`) || UNIT.test(domain)) return all;
      // Behind the user of a URL stands its host.
      if (whole[offset - 1] === ':' || whole.startsWith('://', offset - 3)) return all;
      return `${isPseudonym(local) ? local : hash.user(local)}${at}${hash.host(domain)}.invalid`;
    });
};

const IPV4 = /(?<!\d|\d\.)\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?!\d|\.\d)/g;
const IPV6 = /(?<![\w:.])[0-9a-f:]{2,39}(?![\w:]|\.\d)/gi;
const MACS = /(?<![\w:-])[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4,12}[0-9a-f]{2}(?![\w:-])/gi;
const MAC_LENGTH = 17;

const addresses: Replacement = (text, hash) => {
  const macs = text.replace(MACS, (run: string, separator: string) => {
    // netfilter writes both ends and the protocol in a row.
    let replaced = '';
    let at = 0;
    for (; at + MAC_LENGTH <= run.length; at += MAC_LENGTH + 1) {
      const mac = run.slice(at, at + MAC_LENGTH);
      replaced += isPseudonym(mac) ? mac : hash.mac(mac, separator);
      replaced += run.slice(at + MAC_LENGTH, at + MAC_LENGTH + 1);
    }
    return replaced + run.slice(at);
  });
  return macs
    .replace(IPV6, (found) => (!isIPv6(found) || found === '::' || found === '::1' || isPseudonym(found) ? found : hash.ipv6(found)))
    .replace(IPV4, (found) => (isLocal(found) || !isIPv4(found) || isPseudonym(found) ? found : hash.ipv4(found)));
};

/** Tells nobody anything of anybody. */
function isLocal(address: string): boolean {
  return address.startsWith('127.') || address === '0.0.0.0' || address === '255.255.255.255';
}

const PLAIN_NAME = String.raw`[A-Za-z0-9_\x80-\xff][\w.\x80-\xff$-]*`;
/** With the domain of Windows before it. */
const NAME = String.raw`[A-Za-z0-9_\x80-\xff][\w.\x80-\xff\\$-]*`;
const VALUE = String.raw`[^\s"',;&(){}\[\]<>|]+`;
/** What stands between a key and its value: `=`, `": "`, `":{"id":1,"name":"`, tabs. */
const BETWEEN = String.raw`"?[ \t]{0,4}[=:][ \t]{0,16}(?:\{[^{}]{0,200}?"name"[ \t]{0,4}:[ \t]{0,4})?["']?`;
const USER_KEYS =
  'user(?:[_. ]?name)?|ruser|luser|logname|login|acct|account(?:[_. ]?name)?|suser|duser|(?:target|subject|remote|client|auth|db)_?user(?:_?name)?|principal|owner';

/** Each has two groups: what is kept, and the name. */
const USERS: readonly RegExp[] = [
  new RegExp(`(?<![A-Za-z])((?:${USER_KEYS})${BETWEEN})(${VALUE})`, 'gi'),
  new RegExp(String.raw`(?<![A-Za-z])((?:user|role)[ \t]+["'\x60]?)(${NAME})`, 'gi'),
  new RegExp(`(?<![A-Za-z])((?:password changed for|logged (?:in|on) as|new (?:user|group): name=) ?)(${NAME})`, 'gi'),
  new RegExp(String.raw`(?<![A-Za-z])(for )(${NAME})(?= (?:from|by|port)\b)`, 'g'),
  new RegExp(String.raw`(?<![A-Za-z])(by )(${NAME})(?=\(uid=)`, 'g'),
  new RegExp(String.raw`([ug]id=\d{1,10}\()(${NAME})(?=\))`, 'g'),
  new RegExp(String.raw`(sudo(?:\[\d{1,10}\])?:[ \t]+)(${NAME})(?= : )`, 'g'),
  new RegExp(String.raw`(\()(${NAME})(?=\) (?:CMD|CMDEND|CMDOUT|RELOAD|LIST|BEGIN EDIT|END EDIT|REPLACE)\b)`, 'g'),
  new RegExp(String.raw`(\(to ${NAME}\) )(${NAME})(?= on )`, 'g'),
  new RegExp(String.raw`(\(to )(${NAME})(?=\) \S)`, 'g'),
  new RegExp(String.raw`((?:\/home\/|[\\/]Users[\\/]{1,2}))(${PLAIN_NAME})`, 'g'),
  // The third word of an access log.
  /^(\S+ \S+ )(\S+)(?= \[\d\d\/[A-Z][a-z][a-z]\/)/g,
];

const WORD_OF_NAME = String.raw`[A-Za-z\x80-\xff][A-Za-z\x80-\xff.'-]{0,63}`;
/** A value in quotes that is a name of several words. */
const FULL_NAME = new RegExp(
  String.raw`(?<![A-Za-z])((?:${USER_KEYS}|(?:display|full|real)[_ ]?name)\\{0,4}"?[ \t]{0,4}[=:][ \t]{0,16}\\{0,4}["'])(${WORD_OF_NAME}(?:,? ${WORD_OF_NAME}){1,4})(?=\\{0,4}["'])`,
  'gi',
);

/** Words that follow `user` or `login:` and are no names; root is nobody in particular. */
const NO_NAMES = new Set(
  '- ? root unknown none null true false user users name names id ids is was are not has had and or from to in on at for by with the a an agent authentication login logon logout session account password invalid illegal unit slice manager service mode space process request input data error interface list group root: success failure failed'.split(
    ' ',
  ),
);

const users: Replacement = (text, hash) => {
  let changed = text.replace(FULL_NAME, (all, kept: string, name: string) =>
    name.split(/,? /).some((word) => NO_NAMES.has(word.toLowerCase())) ? all : `${kept}${hash.user(name)}`,
  );
  for (const pattern of USERS)
    changed = changed.replace(pattern, (all, kept: string, value: string) => {
      const [, domain = '', name = ''] = /^(.*\\)?([^\\]*)$/.exec(value) ?? [];
      const bare = name.replace(/[.:-]+$/, '');
      if (bare === '' || NO_NAMES.has(bare.toLowerCase()) || isPseudonym(bare) || isIPv4(bare)) return all;
      return `${kept}${domain}${hash.user(bare)}${name.slice(bare.length)}`;
    });
  return changed;
};

const HEADER_HOST =
  /^((?:\xef\xbb\xbf)?(?:<\d{1,3}>)?(?:1 )?(?:[A-Z][a-z][a-z] [ \d]?\d (?:\d{4} )?\d\d:\d\d:\d\d(?:\.\d{1,9})?|\d{4}-\d\d-\d\dT[\d:.,]{5,20}(?:Z|[+-]\d\d:?\d\d)?) )([^\s:[\]="]+)(?= )/g;
const HOST_KEYS =
  '_?host(?:[_. ]?name)?|rhost|shost|dhost|dvchost|computer(?:_?name)?|workstation(?:[_ ]?name)?|machine(?:_?name)?|server_?name|node(?:_?name)?';
const HOST_KEY = new RegExp(`(?<![A-Za-z])((?:${HOST_KEYS})${BETWEEN})([^\\s"',;&(){}\\[\\]<>|:/]+)`, 'gi');
const COMMON_ENDINGS = 'com|net|org|edu|gov|mil|info|biz|local|lan|internal|intranet|corp|home|arpa|intra|localdomain';
const DOMAIN = new RegExp(String.raw`(?<![\w.@-])(?:[\w-]+\.)+(?:${COMMON_ENDINGS}|[a-z]{2})(?![\w-]|\.\w)`, 'gi');
const COMMON_ENDING = new RegExp(`\\.(?:${COMMON_ENDINGS})$`, 'i');
/** Levels stand where a host would, behind a time. */
const NO_HOSTS = new Set(
  '- ? localhost unknown null none name is true false trace debug info notice warn warning error err severe fatal critical alert'.split(
    ' ',
  ),
);

const hosts: Replacement = (text, hash) => {
  const named = (all: string, kept: string, value: string) =>
    NO_HOSTS.has(value.toLowerCase()) || isPseudonym(value) || isIPv4(value) || value.endsWith('.invalid')
      ? all
      : `${kept}${hash.host(value)}`;
  return (
    text
      .replace(HEADER_HOST, named)
      .replace(HOST_KEY, named)
      // Two letters behind one dot are as often the end of a file's name.
      .replace(DOMAIN, (found: string) => (COMMON_ENDING.test(found) || found.split('.').length > 2 ? hash.host(found) : found))
  );
};

const UUID = /(?<![\w-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/gi;
const SID = /S-1-5-21(?:-\d{1,10}){3,4}/g;
const HEXADECIMAL = /(?<![\w-])(?=[0-9]*[a-f])(?=[a-f]*\d)[0-9a-f]{16,}(?![\w-])/gi;
const ID_KEYS = 'uid|auid|euid|loginuid|(?:user|customer|client|account|session)_?id|jsessionid|phpsessid|sid|sessid|imsi|imei|msisdn';
const ID_KEY = new RegExp(`(?<![A-Za-z])((?:${ID_KEYS})${BETWEEN})(${VALUE})`, 'gi');
/** root, and what audit writes for nobody. */
const NO_IDS = new Set(['0', '-1', '4294967295', '-', '?', 'unset', 'null', 'none', 'root']);

const ids: Replacement = (text, hash) =>
  text
    .replace(UUID, (found) => hash.uuid(found))
    .replace(SID, (found) => hash.sid(found))
    // Behind the names of audit stand texts as digits (`inAuditValues`).
    .replace(HEXADECIMAL, (found, offset: number, whole: string) =>
      whole[offset - 1] === '=' && whole.includes('msg=audit(') ? found : hash.hexadecimal(found),
    )
    .replace(ID_KEY, (all, kept: string, value: string) =>
      NO_IDS.has(value.toLowerCase()) || isPseudonym(value) || isIPv4(value) || UUID_SHAPE.test(value) || HEX_SHAPE.test(value)
        ? all
        : `${kept}${hash.named('id', value)}`,
    );
/** Replaced by the step before. */
const UUID_SHAPE = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/i;
const HEX_SHAPE = /^(?=[0-9]*[a-f])(?=[a-f]*\d)[0-9a-f]{16,}$/i;

export const PERSONAL_VALUES: Readonly<Record<PersonalKind, Replacement>> = { emails, addresses, users, hosts, ids };
