import { isDigit, SPACE, startsWith } from '../bytes/ascii.ts';
import { DEFAULT_DRAIN, type LogFormat } from './format.ts';
import { logfmt } from './logfmt.ts';
import { priorityAt } from './severity.ts';
import { syslog } from './syslog.ts';
import { SYSLOG_FIELD, syslog5424 } from './syslog5424.ts';

/**
 * What devices of all kinds send to one port: RFC 5424 and RFC 3164 told apart message by message, and the pairs of FortiGate. Anything else is the content of a message
 * without a header, as RFC 3164, 4.3.3, has a relay treat it; the priority is read if there is one. Never recognised from a sample, as it
 * fits everything.
 */
export const syslogNetwork: LogFormat = {
  name: 'syslog-network',
  summary: 'syslog as devices send it: RFC 3164 and RFC 5424 mixed, messages without a header',
  fields: syslog5424.fields,
  joining: 'none',
  drain: DEFAULT_DRAIN,
  specificity: 0,
  recognised: false,
  covers: [syslog.name, syslog5424.name, 'plain'],
  scan(arena, start, end, header, calendar) {
    const { bytes } = arena;
    const from = priorityAt(arena, start, end, header);
    if (from > start && isDigit(bytes[from]) && bytes[from + 1] === SPACE) {
      if (syslog5424.scan(arena, start, end, header, calendar) === true) return true;
      header.clear();
    }
    if (syslog.scan(arena, start, end, header, calendar) === true) {
      const { fieldStart, fieldEnd } = header;
      const { time, level, host, appName } = SYSLOG_FIELD;
      [fieldStart[time], fieldEnd[time]] = [Math.max(start, from), calendar.next];
      [fieldStart[level], fieldEnd[level]] = [header.levelStart, header.levelEnd];
      [fieldStart[host], fieldEnd[host]] = [header.hostStart, header.hostEnd];
      [fieldStart[appName], fieldEnd[appName]] = [header.componentStart, header.componentEnd];
      return true;
    }
    header.clear();
    if (startsWith(bytes, from, end, 'date=') && logfmt.scan(arena, start, end, header, calendar) === true) return true;
    header.clear();
    header.messageStart = Math.max(start, priorityAt(arena, start, end, header));
    header.messageEnd = end;
    return true;
  },
};
