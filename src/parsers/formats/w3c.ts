import { isIP } from 'node:net';
import { decodeUtf8 } from '../../core/index.ts';
import { iso } from '../time/timestamps.ts';
import { accessCombined } from './access.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';

const HASH = 35;
const DIRECTIVE = /^#(?:Software|Version|Date|Fields|Start-Date|End-Date|Remark): /;
const METHOD = /^[A-Z][A-Z_-]{1,31}$/;
const STATUS = /^[1-5]\d\d$/;
const NUMBER = /^\d{1,10}$/;
/** Of a site's name, a computer's name and the server's address, as many as are logged. */
const MOST_BEFORE_METHOD = 5;
const LONGEST_DIRECTIVE = 64;

/**
 * Logs of IIS in the extended log file format (W3C) with the columns that it writes unless told otherwise, in their order: `date time [s-sitename]
 * [s-computername] s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip … sc-status sc-substatus sc-win32-status …`, User-Agent and Referer
 * before the status. Fields have the names of access logs; a blank is printed as `+` in the User-Agent. Directives (`#Fields: …`) are events without a time.
 */
export const w3c: LogFormat = {
  name: 'w3c',
  summary: 'IIS web server log, extended log file format (W3C)',
  fields: accessCombined.fields,
  joining: 'none',
  drain: DEFAULT_DRAIN,
  specificity: 18,
  telling: true,
  scan(arena, start, end, header, calendar) {
    if (arena.bytes[start] === HASH) {
      if (!DIRECTIVE.test(decodeUtf8(arena.bytes, start, Math.min(end, start + LONGEST_DIRECTIVE)))) return false;
      header.messageStart = start;
      header.messageEnd = end;
      return true;
    }
    header.time = iso(arena.bytes, start, end, calendar);
    if (Number.isNaN(header.time)) return false;
    const words = decodeUtf8(arena.bytes, start, end).split(' ');
    const method = words.findIndex((word, at) => at > 1 && at <= MOST_BEFORE_METHOD + 1 && METHOD.test(word) && isPath(words[at + 1]));
    if (method < 0 || !NUMBER.test(words[method + 3] ?? '') || isIP(words[method + 5] ?? '') === 0) return false;
    const isStatus = (at: number) => STATUS.test(words[at] ?? '') && NUMBER.test(words[at + 1] ?? '') && NUMBER.test(words[at + 2] ?? '');
    let status = method + 6;
    while (status < words.length && !isStatus(status)) status++;
    if (status >= words.length) return false;
    const [verb, stem, query] = words.slice(method, method + 3) as [string, string, string];
    const request = `${verb} ${stem}${query === '-' ? '' : `?${query}`}`;
    const put = (field: number, text: string): void => {
      header.fieldStart[field] = arena.put(text);
      header.fieldEnd[field] = arena.length;
    };
    const [client, , user, time, line, code, , referer, agent] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
    put(client, words[method + 5] as string);
    put(user, words[method + 4] as string);
    header.fieldStart[time] = start;
    header.fieldEnd[time] = calendar.next;
    put(line, request);
    put(code, words[status] as string);
    if (status > method + 7) put(referer, words[status - 1] as string);
    if (status > method + 6) put(agent, (words[method + 6] as string).replaceAll('+', ' '));
    header.hostStart = header.fieldStart[client] as number;
    header.hostEnd = header.fieldEnd[client] as number;
    header.verbatim = false;
    header.messageStart = arena.put(`"${request}" ${words.slice(status).join(' ')}`);
    header.messageEnd = arena.length;
    return true;
  },
};

function isPath(word: string | undefined): boolean {
  return word?.startsWith('/') === true || word === '*' || word === '-';
}
