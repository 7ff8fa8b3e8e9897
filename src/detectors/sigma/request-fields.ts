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

const REQUEST =
  /"?\b(GET|POST|HEAD|PUT|DELETE|OPTIONS|PATCH|CONNECT|TRACE|PROPFIND|DEBUG|TRACK|SEARCH)\s+"?([^\s"]{1,8192})"?(?: HTTP\/[\d.]+)?"?/;
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
  const line = typeof fields.Request === 'string' && fields.Request !== '' ? fields.Request : text;
  const found = REQUEST.exec(line.slice(0, 16_384));
  if (found === null && bare) return undefined;
  const method = found?.[1] ?? textOf(fields, METHOD);
  const target = found?.[2] ?? textOf(fields, TARGET);
  if (method === undefined || target === undefined || !/^[A-Za-z]{2,16}$/.test(method)) {
    const answered = numberOf(fields);
    return typeof fields.Request === 'string' && answered !== undefined ? { 'sc-status': answered } : undefined;
  }
  const rest = found === null ? '' : line.slice(found.index + found[0].length);
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

/** The target, and what one and two rounds of percent-decoding make of it; invalid escapes stay as they are. */
function decodings(target: string): string[] {
  const found = [target];
  for (let round = 0; round < 2; round++) {
    const decoded = percentDecoded(found.at(-1) as string);
    if (decoded === found.at(-1)) break;
    found.push(decoded);
  }
  return found;
}

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
