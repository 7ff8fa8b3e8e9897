import { splitCsv } from './csv.ts';

/** One line of a session file: its key (absent: none given), its event ids, its label where a column gives one. */
export interface SessionLine {
  readonly key?: string;
  readonly events: readonly string[];
  readonly label?: string;
}

export type SessionParser = (line: string) => SessionLine;

const EVENT_ID = /^[\w.:#$@<>*-]+$/;
const SEQUENCE_COLUMN = /^(event_?sequence|events|sequence|event_?ids|features)$/i;
const KEY_COLUMN = /^(block_?id|session_?id|id|key|name|instance_?id)$/i;

/**
 * The parser of a session file by its first line: a CSV header with a sequence column; `key,ids`; or ids alone, one session a
 * line. Undefined when the line is none of these.
 */
export function recogniseSessions(
  firstLine: string,
  labelColumn: string | undefined,
): { parser: SessionParser; header: boolean } | undefined {
  const header = splitCsv(firstLine).map((name) => name.trim());
  const sequence = header.findIndex((name) => SEQUENCE_COLUMN.test(name));
  if (sequence >= 0 && header.length > 1) return { parser: columns(header, sequence, labelColumn), header: true };
  const comma = firstLine.lastIndexOf(',');
  if (areIds(firstLine.slice(comma + 1))) return { parser: comma < 0 ? idsAlone : keyAndIds, header: false };
  return undefined;
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

function areIds(text: string): boolean {
  const ids = split(text);
  return ids.length > 0 && ids.every((id) => EVENT_ID.test(id) && id.length <= 64) && (ids.length > 1 || /\d/.test(text));
}

function split(text: string): string[] {
  return text
    .replace(/^[\s["']+|[\s\]"']+$/g, '')
    .split(/[\s;|]+/)
    .filter((id) => id !== '');
}
