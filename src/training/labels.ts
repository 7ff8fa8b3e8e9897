import { readFile } from 'node:fs/promises';
import { VedetteError } from '../core/index.ts';
import { splitCsv } from './csv.ts';

/** `column:NAME`, `path` or `file:PATH` of `--label-from`. */
export type LabelFrom =
  | { readonly from: 'column'; readonly name: string }
  | { readonly from: 'path' }
  | { readonly from: 'file'; readonly path: string };

export function parseLabelFrom(text: string): LabelFrom {
  if (text === 'path') return { from: 'path' };
  const colon = text.indexOf(':');
  const kind = text.slice(0, colon);
  const rest = text.slice(colon + 1);
  if (colon > 0 && rest !== '' && kind === 'column') return { from: 'column', name: rest };
  if (colon > 0 && rest !== '' && kind === 'file') return { from: 'file', path: rest };
  throw new VedetteError('USAGE', `--label-from ${text} is not understood`, {
    hint: 'use column:NAME, path, or file:PATH (a CSV of id,label)',
  });
}

const ABNORMAL_NAME = /abnormal|anomal|attack|intrusion|malicious|exploit|\bbad\b/i;

/**
 * Class by the names of folders and file: `normal` unless one speaks of an attack; then the folder's name without its number
 * (`Attack_Data/Adduser_3/x.txt` -> `Adduser`), or the file's where the folder tells no more.
 */
export function labelFromPath(name: string): string {
  if (!ABNORMAL_NAME.test(name)) return 'normal';
  const segments = name.split(/[/!]/);
  const file = (segments.pop() ?? '').replace(/(\.(txt|log|csv|gz|zst|seq|dat))+$/i, '');
  const folder = segments.at(-1);
  const inside = segments.findIndex((segment) => ABNORMAL_NAME.test(segment));
  if (folder !== undefined && inside >= 0 && inside < segments.length - 1) return folder.replace(/[_-]?\d+$/, '');
  return inside >= 0 && folder !== undefined ? folder : file;
}

/** Labels by row id of a CSV with a header, `id` and `label` first or by those names. */
export async function readLabels(path: string): Promise<ReadonlyMap<string, string>> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new VedetteError('INPUT_MISSING', `the labels ${path} cannot be read`, { hint: 'check the path', cause });
  });
  const lines = text.split(/\r?\n/).filter((line) => line !== '');
  const header = splitCsv(lines[0] ?? '').map((name) => name.trim().toLowerCase());
  const label = header.findIndex((name) => /label|class|anomal/.test(name));
  const id = header.findIndex((name, i) => i !== label && /(^|_)id$|blockid|key|name/.test(name));
  const named = label >= 0;
  const labels = new Map<string, string>();
  for (const line of named ? lines.slice(1) : lines) {
    const cells = splitCsv(line);
    labels.set(cells[Math.max(0, id)] ?? '', (cells[named ? label : 1] ?? '').trim());
  }
  if (labels.size === 0) throw new VedetteError('INPUT_EMPTY', `the labels ${path} hold no row`, { hint: 'give a CSV of id,label' });
  return labels;
}
