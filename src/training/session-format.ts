import { splitCsv } from './csv.ts';

/** One line of a session file: its key (absent: none given), its event ids, its label where a column gives one. */
export interface SessionLine {
  readonly key?: string;
  readonly events: readonly string[];
  readonly label?: string;
}

export type SessionParser = (line: string) => SessionLine;

const EVENT_ID = /^[\w.:#$@<>*-]+$/;
const MAX_ID = 64;
const DIGIT = /\d/;
const NUMBER = /^\d+$/;
const BLANK = /\s/;
/** Share of the lines that has to be as sessions are, and that of tokens which may be unlike the others. */
const MOST = 0.95;
const FEW = 0.05;
const SEQUENCE_COLUMN = /^(event_?sequence|events|sequence|event_?ids|features)$/i;
const KEY_COLUMN = /^(block_?id|session_?id|id|key|name|instance_?id)$/i;

/**
 * The parser of a session file by its first lines: a CSV header with a sequence column; `key,ids`; or ids alone, one session a
 * line. Undefined when the lines are none of these: prose, or text with numbers in it.
 */
export function recogniseSessions(
  lines: readonly string[],
  labelColumn: string | undefined,
): { parser: SessionParser; header: boolean } | undefined {
  const header = splitCsv(lines[0] ?? '').map((name) => name.trim());
  const sequence = header.findIndex((name) => SEQUENCE_COLUMN.test(name));
  if (sequence >= 0 && header.length > 1) return { parser: columns(header, sequence, labelColumn), header: true };
  const keyed = lines.map((line) => line.lastIndexOf(',')).filter((comma) => comma >= 0).length;
  if (keyed === 0) return areSessions(lines.map(split), false) ? { parser: idsAlone, header: false } : undefined;
  if (keyed < lines.length * MOST) return undefined;
  const keys = lines.map((line) => line.slice(0, Math.max(0, line.lastIndexOf(','))));
  const bare = keys.filter((key) => !BLANK.test(key.trim())).length;
  const sessions = lines.map((line) => split(line.slice(line.lastIndexOf(',') + 1)));
  const distinct = new Set(keys).size >= keys.length * MOST;
  return bare >= keys.length * MOST && areSessions(sessions, distinct) ? { parser: keyAndIds, header: false } : undefined;
}

function columns(header: readonly string[], sequence: number, labelColumn: string | undefined): SessionParser {
  const key = header.findIndex((name) => KEY_COLUMN.test(name));
  const label = labelColumn === undefined ? -1 : header.findIndex((name) => name.toLowerCase() === labelColumn.toLowerCase());
  return (line) => {
    const cells = splitCsv(line);
    return {
      events: split(cells[sequence] ?? ''),
      ...(key >= 0 ? { key: cells[key] ?? '' } : {}),
      ...(label >= 0 ? { label: (cells[label] ?? '').trim() } : {}),
    };
  };
}

const idsAlone: SessionParser = (line) => ({ events: split(line) });

const keyAndIds: SessionParser = (line) => {
  const comma = line.lastIndexOf(',');
  return comma < 0 ? { events: split(line) } : { key: line.slice(0, comma), events: split(line.slice(comma + 1)) };
};

/**
 * Whether lines of tokens are sessions of event ids. Ids are of one kind in a file: words beside bare numbers are prose. Ids that are words
 * count where each line has a key of its own, or where events recur within lines, which those of prose do not.
 */
function areSessions(sessions: readonly (readonly string[])[], keyed: boolean): boolean {
  if (sessions.length === 0) return false;
  let [fitting, words, numbers, recurring] = [0, 0, 0, 0];
  for (const ids of sessions) {
    if (ids.every((id) => EVENT_ID.test(id) && id.length <= MAX_ID)) fitting++;
    words += ids.filter((id) => !DIGIT.test(id)).length;
    numbers += ids.filter((id) => NUMBER.test(id)).length;
    if (new Set(ids).size < ids.length) recurring++;
  }
  const tokens = sessions.reduce((sum, ids) => sum + ids.length, 0);
  if (tokens === 0 || fitting < sessions.length * MOST) return false;
  if (words > tokens * FEW && numbers > tokens * FEW) return false;
  return words <= tokens * FEW || keyed || recurring >= sessions.length / 3;
}

function split(text: string): string[] {
  return text
    .replace(/^[\s["']+|[\s\]"']+$/g, '')
    .split(/[\s;|]+/)
    .filter((id) => id !== '');
}
