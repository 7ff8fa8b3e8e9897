import { isBlank, isDigit, SPACE, skipBlanks, startsWith } from '../bytes/ascii.ts';
import { anyTimestamp } from '../time/any.ts';
import { iso } from '../time/timestamps.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';

const LEVELS = ['System', 'Warning', 'ERROR', 'Note', 'Error'];
const LONGEST_THREAD = 20;

/** Error log of MySQL 5.7 and later and of MariaDB: `2026-11-23T00:25:46.723148Z 350 [Warning] [MY-013360] [Server] message`. */
export const mysql: LogFormat = {
  name: 'mysql',
  summary: 'MySQL and MariaDB error log',
  fields: ['Time', 'Thread', 'Level'],
  joining: 'headerless',
  drain: DEFAULT_DRAIN,
  specificity: 17,
  scan(arena, start, end, header, calendar) {
    const { bytes } = arena;
    const { fieldStart, fieldEnd } = header;
    header.time = iso(bytes, start, end, calendar);
    const timeEnd = calendar.next;
    if (Number.isNaN(header.time) || !isBlank(bytes[timeEnd])) return false;
    const thread = skipBlanks(bytes, timeEnd, end);
    let threadEnd = thread;
    while (threadEnd < end && threadEnd - thread < LONGEST_THREAD && isDigit(bytes[threadEnd])) threadEnd++;
    const level = threadEnd + 2;
    if (threadEnd === thread || bytes[threadEnd] !== SPACE || bytes[level - 1] !== 91) return false;
    const name = LEVELS.find((text) => startsWith(bytes, level, end, text) && bytes[level + text.length] === 93);
    if (name === undefined) return false;
    // A field and no process id of the header: a connection is no unit of work that resembles others.
    for (const [field, from, to] of [
      [0, start, timeEnd],
      [1, thread, threadEnd],
      [2, level, level + name.length],
    ] as const) {
      fieldStart[field] = from;
      fieldEnd[field] = to;
    }
    header.levelStart = level;
    header.levelEnd = level + name.length;
    header.messageStart = skipBlanks(bytes, level + name.length + 1, end);
    header.messageEnd = end;
    return true;
  },
};

const SLOW = '# Time: ';

/** Slow query log of MySQL and MariaDB: `# Time:` and, as events of that time, the lines behind it: who, what it cost, the statement. */
export const mysqlSlow: LogFormat = {
  name: 'mysql-slow',
  summary: 'MySQL and MariaDB slow query log',
  fields: [],
  joining: 'none',
  drain: DEFAULT_DRAIN,
  specificity: 17,
  recognised: false,
  keepsTime: true,
  signs: [SLOW, '# User@Host: ', '# Query_time: '],
  scan(arena, start, end, header, calendar) {
    const { bytes } = arena;
    if (startsWith(bytes, start, end, SLOW)) header.time = anyTimestamp(bytes, skipBlanks(bytes, start + SLOW.length, end), end, calendar);
    header.messageStart = start;
    header.messageEnd = end;
    return true;
  },
};
