import { fieldAt } from './field-at.ts';

/** Parts of an HTTP request under the names of the extended log file format (W3C), as rules for web servers use them. */
export interface RequestFields {
  /** Absent, like the target, where what came is no HTTP. */
  readonly 'cs-method'?: string;
  /** As sent, and percent-decoded where that differs: rules see through one and two layers of encoding. */
  readonly 'c-uri'?: readonly string[];
  readonly 'cs-uri-stem'?: readonly string[];
  readonly 'cs-uri-query'?: readonly string[];
  readonly 'sc-status'?: number;
  readonly 'c-useragent'?: string;
  readonly 'cs-user-agent'?: string;
  readonly 'cs-referer'?: string;
}

const MOST_TARGET = 8_192;
const KNOWN = 'GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|DEBUG|TRACK|SEARCH';
/** A request line within quotes, as logs write it: a backslash protects the character behind it. */
const QUOTED_LINE = /"([!#$%&'*+.^_`|~\w-]{1,32}\s(?:[^"\\]|\\.){1,8192})"/gs;
/** A request line without quotes around it, or with quotes around the target alone. */
const BARE_LINE = new RegExp(`\\b(${KNOWN})\\s+"?(?:([^"\\n]{1,8192}?)\\s+HTTP/\\d[\\d.]*|([^\\s"]{1,8192}))"?`);
const BARE_LINE_WITH_VERSION = new RegExp(`\\b(${KNOWN})\\s+([^"\\n]{1,2048}?)\\s+HTTP/\\d[\\d.]*"?`, 'i');
const METHODS = new RegExp(`^(?:${KNOWN})$`);
const VERSION = /\sHTTP\/\d[\d.]*/i;
const LAST_VERSION = /\sHTTP\/\d[\d.]*$/i;
const TOKEN = /^[!#$%&'*+.^_`|~\w-]{1,32}$/;
const AFTER = /^[^"]*?\b([1-5]\d\d)\b/;
const METHOD = ['http.request.method', 'cs-method', 'method', 'http_method', 'request.method', 'req.method'] as const;
const TARGET = ['url.original', 'c-uri', 'uri', 'http_path', 'path', 'request.uri', 'req.url', 'url'] as const;
const STATUS = [
  'http.response.status_code',
  'sc-status',
  'Status',
  'status',
  'status_code',
  'statusCode',
  'httpStatus',
  'http_status',
] as const;
const AGENT = ['user_agent.original', 'c-useragent', 'UserAgent', 'userAgent', 'user_agent', 'http_user_agent'] as const;

/** Fields, nested ones by their path, that may tell of a request. */
export const REQUEST_FIELDS: readonly string[] = ['Request', 'Referer', ...METHOD, ...TARGET, ...STATUS, ...AGENT];

/** The request that an event tells of: of its fields, else of a request line in its text. `bare`: no field tells of one. */
export function requestOf(fields: Readonly<Record<string, unknown>>, text: string, bare: boolean): RequestFields | undefined {
  const given = typeof fields.Request === 'string' && fields.Request !== '' ? fields.Request : undefined;
  const found = given === undefined ? foundIn(text.slice(0, 16_384)) : partsOf(given.slice(0, 16_384));
  if (found === undefined && bare) return undefined;
  const method = found?.method ?? textOf(fields, METHOD);
  const target = found?.target ?? textOf(fields, TARGET);
  if (method === undefined || target === undefined || !TOKEN.test(method)) {
    const answered = numberOf(fields);
    return given !== undefined && answered !== undefined ? { 'sc-status': answered } : undefined;
  }
  const rest = found?.rest ?? '';
  const status = numberOf(fields) ?? numberIn(AFTER.exec(rest)?.[1]) ?? numberIn(/\|\s*([1-5]\d\d)\s*\|/.exec(text)?.[1]);
  const agent = textOf(fields, AGENT) ?? quoted(rest)[1];
  const referer = typeof fields.Referer === 'string' ? fields.Referer : quoted(rest)[0];
  return {
    'cs-method': method.toUpperCase(),
    'c-uri': decodings(target),
    'cs-uri-stem': decodings(target.split('?', 1)[0] as string),
    'cs-uri-query': decodings(target.includes('?') ? target.slice(target.indexOf('?') + 1) : ''),
    ...(status === undefined ? {} : { 'sc-status': status }),
    ...(agent === undefined ? {} : { 'c-useragent': agent, 'cs-user-agent': agent }),
    ...(referer === undefined ? {} : { 'cs-referer': referer }),
  };
}

interface RequestLine {
  readonly method: string;
  readonly target: string;
  /** What the text holds behind the request line. */
  readonly rest?: string;
}

/**
 * Of a text that is a request line and nothing else: what stands between the method and the version at the end is the target, whatever it
 * holds. Without any version the method must be one of the common ones.
 */
function partsOf(text: string): RequestLine | undefined {
  const line = text.trim();
  const blank = line.search(/\s/);
  const method = line.slice(0, Math.max(0, blank));
  const rest = line.slice(blank + 1).trim();
  if (!TOKEN.test(method) || rest === '' || (!VERSION.test(rest) && !METHODS.test(method))) return undefined;
  return { method, target: rest.slice(0, LAST_VERSION.exec(rest)?.index).trimEnd().slice(0, MOST_TARGET) };
}

/** The first request line in a text: one within quotes and with a version, else one without. */
function foundIn(text: string): RequestLine | undefined {
  for (const quotedLine of text.matchAll(QUOTED_LINE)) {
    const parts = VERSION.test(quotedLine[1] as string) ? partsOf(quotedLine[1] as string) : undefined;
    if (parts !== undefined) return { ...parts, rest: text.slice(quotedLine.index + quotedLine[0].length) };
  }
  const [first] = [BARE_LINE.exec(text), VERSION.test(text) ? BARE_LINE_WITH_VERSION.exec(text) : null]
    .filter((found) => found !== null)
    .sort((a, b) => a.index - b.index);
  if (first === undefined) return undefined;
  return { method: first[1] as string, target: (first[2] ?? first[3]) as string, rest: text.slice(first.index + first[0].length) };
}

/** The target, without the escapes of the log, and what one and two rounds of percent-decoding make of it; invalid escapes stay as they are. */
function decodings(target: string): string[] {
  const found = [target];
  const plain = target.includes('\\') ? unescaped(target) : target;
  if (plain !== target) found.push(plain);
  for (let round = 0; round < 2; round++) {
    const decoded = percentDecoded(found.at(-1) as string);
    if (decoded === found.at(-1)) break;
    found.push(decoded);
  }
  return found;
}

/** `\"`, `\\`, `\t` and `\x22`, as Apache and nginx write what could break a line. */
function unescaped(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(["\\nrtbv]))/g, (_, hex: string | undefined, char: string | undefined) =>
    hex === undefined ? (PLAIN[char as string] ?? (char as string)) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const PLAIN: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', v: '\v' };

function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'));
}

function quoted(text: string): string[] {
  return [...text.slice(0, 8192).matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, inner]) => inner as string);
}

function textOf(fields: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fieldAt(fields, name);
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function numberOf(fields: Readonly<Record<string, unknown>>): number | undefined {
  for (const name of STATUS) {
    const value = numberIn(fieldAt(fields, name));
    if (value !== undefined) return value;
  }
  return undefined;
}

function numberIn(value: unknown): number | undefined {
  const status = typeof value === 'string' || typeof value === 'number' ? Number(value) : Number.NaN;
  return Number.isInteger(status) && status >= 100 && status < 600 ? status : undefined;
}
