import { reportName } from '../sinks/report/index.ts';
import type { FileInput } from '../sources/index.ts';

/** Inputs of one kind, in order of time: they share one idea of what is normal. */
export interface InputGroup {
  readonly type: string;
  readonly inputs: readonly FileInput[];
}

const COMPRESSION = /\.(?:gz|zst|zip)$/i;
const ROTATION = /\.(\d{1,4})$/;

/** `auth.log.2.gz` is older than `auth.log`: highest rotation number first. */
function rotation(name: string): number {
  return Number(ROTATION.exec(name.replace(COMPRESSION, ''))?.[1] ?? 0);
}

/** Groups by `<type>` of `<type>_<timestamp>`, rotated files with the file they were rotated from; anything else stands alone. */
export function groupInputs(inputs: readonly FileInput[]): InputGroup[] {
  const groups = new Map<string, FileInput[]>();
  for (const input of inputs) {
    const bare = input.name.replace(COMPRESSION, '').replace(ROTATION, '');
    const { type, timestamp } = reportName(bare, '', Number.NaN);
    const folder = input.name.slice(0, input.name.lastIndexOf('/') + 1);
    const key = timestamp === 'undated' ? bare : `${folder}${type}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [input]);
    else members.push(input);
  }
  return [...groups].map(([type, members]) => ({ type, inputs: members.sort(byTime) }));
}

function byTime(a: FileInput, b: FileInput): number {
  return rotation(b.name) - rotation(a.name) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}
