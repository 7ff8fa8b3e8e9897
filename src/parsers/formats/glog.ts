import type { TextArena } from '../bytes/arena.ts';
import { find, skipBlanks, twoDigits } from '../bytes/ascii.ts';
import { clockAt, fractionAt, type TimestampReader } from '../time/timestamps.ts';
import type { LogFormat } from './format.ts';
import type { Header } from './header.ts';
import { layout } from './layout.ts';

const LONGEST_HEADER = 160;
const LEVELS: Readonly<Record<number, string>> = { 70: 'FATAL', 69: 'ERROR', 87: 'WARNING', 73: 'INFO' };

/** `0301 14:15:00.123456` behind the letter of the level. */
const behindLetter: TimestampReader = (bytes, start, end, calendar) => {
  if (end - start < 14 || LEVELS[bytes[start] as number] === undefined || bytes[start + 5] !== 32) return Number.NaN;
  const ofDay = clockAt(bytes, start + 6) + fractionAt(bytes, start + 14, end, calendar);
  return calendar.yearless(twoDigits(bytes, start + 1), twoDigits(bytes, start + 3), ofDay);
};

const header = layout({
  name: 'glog',
  summary: 'glog and klog, as Kubernetes writes its own logs',
  pattern: '<Date> <Time> <Thread> <Source>] <Content>',
  time: behindLetter,
  timeField: 'Date',
  component: 'Source',
  pid: 'Thread',
  specificity: 16,
});

/**
 * Reads the header of a message of klog that another program passed on, as kubelet's come to syslog: sets level and start of the message.
 * Leaves the header as it is where there is none.
 */
export function nestedGlog(arena: TextArena, found: Header): void {
  const { bytes } = arena;
  const { messageStart: start, messageEnd: end } = found;
  const level = LEVELS[bytes[start] as number];
  if (level === undefined || end - start < 20 || bytes[start + 5] !== 32 || twoDigits(bytes, start + 1) < 0) return;
  if (twoDigits(bytes, start + 3) < 0 || Number.isNaN(clockAt(bytes, start + 6))) return;
  const close = find(bytes, 93, start, Math.min(end, start + LONGEST_HEADER));
  if (close < 0 || bytes[close + 1] !== 32) return;
  found.levelStart = arena.constant(level);
  found.levelEnd = found.levelStart + level.length;
  found.messageStart = skipBlanks(arena.bytes, close + 1, end);
}

/** `I0301 14:15:00.123456   12345 server.go:150] message` */
export const glog: LogFormat = {
  ...header,
  scan(arena, start, end, found, calendar) {
    const fits = header.scan(arena, start, end, found, calendar);
    if (fits !== true) return fits;
    const level = LEVELS[arena.bytes[start] as number] as string;
    found.levelStart = arena.constant(level);
    found.levelEnd = found.levelStart + level.length;
    return true;
  },
};
