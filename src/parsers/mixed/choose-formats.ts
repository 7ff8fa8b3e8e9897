import { TextArena } from '../bytes/arena.ts';
import { looksContinued } from '../continuation.ts';
import type { LogFormat } from '../formats/format.ts';
import { Header } from '../formats/header.ts';
import { formatNamed, LOG_FORMATS } from '../formats/index.ts';
import { Calendar } from '../time/calendar.ts';
import { zoneOf } from '../time/zone.ts';

/** From this specificity on one line tells the format, also without a time. */
export const UNMISTAKABLE = 20;
const LEAST_LINES = 3;
/** Share of the lines that are left which a format has to fit, with a time and without one. */
const LEAST_SHARE = 0.1;
const LEAST_SHARE_UNDATED = 0.5;

/** Names of formats for what neither `main` nor those `chosen` before read of `lines`, the most special that fits enough of them first. */
export function chooseFormats(main: LogFormat, chosen: readonly string[], lines: readonly Uint8Array[]): string[] {
  const calendar = new Calendar(zoneOf('UTC'), Date.UTC(2100, 0, 1) * 1000);
  const candidates = [...LOG_FORMATS.values()]
    .filter((format) => format !== main && format.recognised !== false && !chosen.includes(format.name))
    .sort((a, b) => b.specificity - a.specificity);
  const isRead = (line: Uint8Array) => [main, ...chosen.map(formatNamed)].some((format) => scan(format, line, calendar) !== undefined);
  let rest = lines.filter((line) => line.length > 0 && !looksContinued(line, 0, line.length) && !isRead(line));
  const added: string[] = [];
  for (const format of candidates) {
    if (rest.length < LEAST_LINES) break;
    const times = rest.map((line) => scan(format, line, calendar));
    const fitting = times.filter((time) => time !== undefined);
    const isDated = format.specificity >= UNMISTAKABLE || fitting.every((time) => !Number.isNaN(time));
    const least = Math.max(LEAST_LINES, rest.length * (isDated ? LEAST_SHARE : LEAST_SHARE_UNDATED));
    if (fitting.length < least) continue;
    added.push(format.name);
    rest = rest.filter((_, at) => times[at] === undefined);
  }
  return added;
}

/** Time of a line that fits, NaN where it has none; undefined where it does not fit. */
function scan(format: LogFormat, line: Uint8Array, calendar: Calendar): number | undefined {
  const header = new Header(format.fields.length);
  return format.scan(new TextArena(line), 0, line.length, header, calendar) === true ? header.time : undefined;
}
