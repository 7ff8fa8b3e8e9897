import type { Micros } from '../../core/index.ts';
import { formatMicros } from '../../core/index.ts';

export interface ReportName {
  readonly type: string;
  readonly timestamp: string;
}

const COMPRESSION = /\.(?:gz|zst|zip)$/i;
const EXTENSION = /\.[A-Za-z][A-Za-z0-9]{0,7}$/;
/** `<type>_<timestamp>`: a date of 8 digits or with separators, optionally a time, fraction and zone; or 10 to 19 digits since 1970. */
const TIMESTAMP =
  /^(.*?)[_.-](\d{4}-?\d{2}-?\d{2}(?:[T_ -]?\d{2}[:.-]?\d{2}(?:[:.-]?\d{2}(?:[.,]\d{1,9})?)?)?(?:Z|[+-]\d{2}:?\d{2})?|\d{10,19})$/;

/**
 * Type and timestamp of a report. The timestamp is the one in the input's name, character for character where a file name
 * allows it; else the first event as `20081109T203518Z`, else `undated`. Without a type in the name it is the format.
 */
export function reportName(input: string, format: string, firstEvent: Micros): ReportName {
  const file = input.split(/[\\/]/).at(-1) ?? '';
  const stem = file.replace(COMPRESSION, '').replace(EXTENSION, '');
  const match = TIMESTAMP.exec(stem.slice(0, 200));
  if (match !== null) return { type: clean(match[1] ?? '') || clean(format) || 'input', timestamp: clean(match[2] ?? '') };
  return { type: clean(stem) || clean(format) || 'input', timestamp: compact(firstEvent) || 'undated' };
}

/** `<type>_<timestamp>` as a file name stem. */
export function reportStem(name: ReportName): string {
  return `${name.type}_${name.timestamp}`;
}

function compact(time: Micros): string {
  return formatMicros(time).replaceAll('-', '').replaceAll(':', '');
}

function clean(text: string): string {
  return text
    .replace(/[^\p{L}\p{N}._+-]+/gu, '-')
    .replace(/^[.-]+/, '')
    .slice(0, 120);
}
