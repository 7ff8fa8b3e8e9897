import type { Fields } from '../sensor/fields.ts';

/** What the `#` lines of a TSV log say. */
export interface ZeekHeader {
  readonly separator: string;
  readonly unset: string;
  readonly empty: string;
  readonly path: string;
  readonly fields: readonly string[];
}

export const NO_HEADER: ZeekHeader = { separator: '\t', unset: '-', empty: '(empty)', path: '', fields: [] };

/** The header after one more `#` line. */
export function headerAfter(header: ZeekHeader, line: string): ZeekHeader {
  if (line.startsWith('#separator ')) return { ...NO_HEADER, separator: unescaped(line.slice(11)) || '\t' };
  const [name = '', ...values] = line.split(header.separator);
  const [first = ''] = values;
  if (name === '#path') return { ...header, path: first };
  if (name === '#unset_field') return { ...header, unset: first };
  if (name === '#empty_field') return { ...header, empty: first };
  return name === '#fields' ? { ...header, fields: values.slice(0, 1000) } : header;
}

/** Fields of a line by name, unset ones left out; undefined when their number is not the header's. */
export function fieldsOf(header: ZeekHeader, line: string): Fields | undefined {
  const values = line.split(header.separator, header.fields.length + 1);
  if (values.length !== header.fields.length) return undefined;
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [i, name] of header.fields.entries()) {
    const value = values[i] as string;
    if (value !== header.unset) fields[name] = value === header.empty ? '' : value.includes('\\x') ? unescaped(value) : value;
  }
  return fields;
}

/** `\x09` as the character. */
function unescaped(text: string): string {
  return text.replace(/\\x([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
