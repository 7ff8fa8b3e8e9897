import { readFile } from 'node:fs/promises';
import { VedetteError } from '../core/index.ts';
import type { FixedTemplate } from '../parsers/index.ts';
import { splitCsv } from './csv.ts';

/** Fixed templates of a CSV with the columns EventId and EventTemplate. */
export async function readTemplates(path: string): Promise<FixedTemplate[]> {
  const lines = (await readFile(path, 'utf8')).split(/\r?\n/).filter((line) => line !== '');
  const [header = [], ...rows] = lines.map(splitCsv);
  const id = header.indexOf('EventId');
  const text = header.indexOf('EventTemplate');
  if (id < 0 || text < 0) {
    throw new VedetteError(
      'FORMAT_INVALID',
      `${path} has no columns EventId and EventTemplate; its header is ${header.join(',').slice(0, 200)}`,
      {
        hint: 'Give a CSV as `vedette parse` writes it: *_templates.csv.',
      },
    );
  }
  return rows.map((row) => ({ eventId: row[id] ?? '', template: row[text] ?? '' }));
}
