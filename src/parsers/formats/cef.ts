import { decodeUtf8 } from '../../core/index.ts';
import { find, startsWith } from '../bytes/ascii.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import { fromPairs, type Scalar } from './pairs.ts';
import { syslog } from './syslog.ts';

const HEADER = ['vendor', 'product', 'version', 'signature', 'name', 'severity'];
const LEAD_BYTES = 256;

/** `CEF:0|vendor|product|version|signature|name|severity|key=value …`, also behind a syslog header. */
export const cef: LogFormat = {
  name: 'cef',
  summary: 'ArcSight common event format (CEF), also in syslog',
  fields: [],
  joining: 'none',
  drain: DEFAULT_DRAIN,
  specificity: 20,
  scan(arena, start, end, header, calendar) {
    const at = leadEnd(arena.bytes, start, end);
    if (at < 0) return 'no CEF header';
    const parts = splitHeader(decodeUtf8(arena.bytes, at, end));
    if (parts === undefined) return 'the CEF header is incomplete';
    const { values, extension } = parts;
    if (at - 4 > start) syslog.scan(arena, start, end, header, calendar);
    const { time, hostStart, hostEnd } = header;
    const pairs = extensionPairs(extension);
    const message = pairs.get('msg');
    const name = values[4] as string;
    pairs.set('message', message === undefined || message === name ? name : `${name}: ${message}`);
    pairs.delete('msg');
    HEADER.forEach((key, i) => {
      if (key !== 'name') pairs.set(`cef.${key}`, values[i] as string);
    });
    pairs.set('log.level', values[5] as string);
    pairs.set('process.name', values[1] as string);
    pairs.delete('cef.severity');
    pairs.delete('cef.product');
    header.pid = -1;
    fromPairs(pairs, arena, header, calendar);
    if (Number.isNaN(header.time)) header.time = time;
    if (header.hostStart < 0) {
      header.hostStart = hostStart;
      header.hostEnd = hostEnd;
    }
    return true;
  },
};

/** Position behind `CEF:`, which stands at the start or within a syslog header before it; -1 when it does not. */
function leadEnd(bytes: Uint8Array, start: number, end: number): number {
  const limit = Math.min(end, start + LEAD_BYTES);
  for (let p = find(bytes, 67, start, limit); p >= 0; p = find(bytes, 67, p + 1, limit))
    if (startsWith(bytes, p, end, 'CEF:')) return p + 4;
  return -1;
}

/** The seven fields before the extension; `\|` and `\\` are escapes. */
function splitHeader(text: string): { values: string[]; extension: string } | undefined {
  const values: string[] = [];
  let value = '';
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '\\' && (text[i + 1] === '|' || text[i + 1] === '\\')) value += text[++i];
    else if (char === '|') {
      values.push(value);
      value = '';
      if (values.length === 7) return { values: values.slice(1), extension: text.slice(i + 1) };
    } else value += char;
  }
  // The extension may be missing together with its bar.
  return values.length === 6 ? { values: [...values.slice(1), value], extension: '' } : undefined;
}

const KEY = /(?:^|\s)([A-Za-z0-9_.[\]-]{1,100})=/g;

/** A value runs up to the blank before the next `key=`; `\=`, `\\`, `\n` are escapes. */
function extensionPairs(extension: string): Map<string, Scalar> {
  const pairs = new Map<string, Scalar>();
  let key: string | undefined;
  let from = 0;
  const put = (to: number): void => {
    if (key === undefined) return;
    const value = extension.slice(from, to).trim();
    pairs.set(
      key,
      value.replace(/\\(.)/gs, (_, char: string) => (char === 'n' ? '\n' : char === 'r' ? '\r' : char)),
    );
  };
  for (const match of extension.matchAll(KEY)) {
    put(match.index);
    key = match[1];
    from = match.index + match[0].length;
  }
  put(extension.length);
  return pairs;
}
