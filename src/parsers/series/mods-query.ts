import { VedetteError } from '../../core/index.ts';

/** One column of a DEEP MODS protocol file, and the name and divisor it is given. */
export interface ModsColumn {
  readonly column: string;
  readonly name: string;
  readonly divisor: number;
}

/** `data_select_query` of DEEP MODS, parsed. */
export interface ModsQuery {
  readonly protocols: readonly { readonly protocol: string; readonly columns: readonly ModsColumn[] }[];
  readonly merge: readonly string[];
}

export const DEFAULT_MODS_QUERY =
  'conn|in_count_uid~conn_in|out_count_uid~conn_out;dns|in_distinct_query~dns_in_distinct;ssh|in~ssh_in#window_start,window_end';

const UNITS: Readonly<Record<string, number>> = { kB: 1e3, MB: 1e6, GB: 1e9 };
const LONGEST = 10_000;

/** Grammar: `proto|col~newname|col2;proto2|col#merge1,merge2`; a new name ending in `_kB`, `_MB` or `_GB` divides by that unit. */
export function parseModsQuery(text: string): ModsQuery {
  if (text.length > LONGEST) throw invalid(`${text.slice(0, 60)}…`, 'is too long');
  const [body = '', merge = 'window_start,window_end', ...rest] = text.split('#');
  if (rest.length > 0) throw invalid(text, 'has more than one #');
  const protocols = body.split(';').map((part) => {
    const [protocol = '', ...columns] = part.split('|').map((word) => word.trim());
    if (!/^[a-z0-9_-]+$/i.test(protocol)) throw invalid(part, 'does not begin with a protocol');
    if (columns.length === 0) throw invalid(part, 'names no column');
    return { protocol, columns: columns.map(columnOf) };
  });
  const names = protocols.flatMap(({ columns }) => columns.map(({ name }) => name));
  const doubled = names.find((name, i) => names.indexOf(name) !== i);
  if (doubled !== undefined) throw invalid(text, `gives the name ${doubled} twice`);
  return { protocols, merge: merge.split(',').map((name) => name.trim()) };
}

function columnOf(text: string): ModsColumn {
  const [column = '', renamed, ...rest] = text.split('~');
  const name = renamed ?? column;
  if (column === '' || name === '' || rest.length > 0) throw invalid(text, 'is no column~name');
  return { column, name, divisor: (renamed === undefined ? undefined : UNITS[/_([kMG]B)$/.exec(name)?.[1] ?? '']) ?? 1 };
}

function invalid(text: string, problem: string): VedetteError {
  return new VedetteError('CONFIG_INVALID', `data_select_query: ${text} ${problem}`, {
    hint: `write it as ${DEFAULT_MODS_QUERY}`,
  });
}
