import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { csvRows } from '../csv.ts';
import { createLogParser } from '../parser.ts';

/** Grouping accuracy that logparser publishes for Drain on the uncorrected loghub-2k samples (README of its benchmark). */
export const PUBLISHED_GROUPING: readonly { readonly system: string; readonly format: string; readonly published: number }[] = [
  { system: 'Apache', format: 'apache-error', published: 1 },
  { system: 'BGL', format: 'bgl', published: 0.9625 },
  { system: 'HDFS', format: 'hdfs', published: 0.9975 },
  { system: 'Hadoop', format: 'hadoop', published: 0.9475 },
  { system: 'Linux', format: 'linux', published: 0.69 },
  { system: 'OpenSSH', format: 'openssh', published: 0.7875 },
  { system: 'OpenStack', format: 'openstack', published: 0.7325 },
  { system: 'Windows', format: 'windows', published: 0.997 },
  { system: 'Zookeeper', format: 'zookeeper', published: 0.9665 },
];

export interface GroupingRow {
  readonly system: string;
  readonly lines: number;
  /** Share of lines whose group is exactly the group of the truth. */
  readonly accuracy: number;
  readonly published: number;
  readonly templates: number;
  readonly trueTemplates: number;
}

export interface GroupingTable {
  readonly rows: readonly GroupingRow[];
  readonly mean: number;
  readonly publishedMean: number;
}

/** Grouping accuracy (Zhu et al. 2019): a line counts when the lines grouped with it are exactly those of its true event. */
export function groupingAccuracy<P, T>(predicted: readonly P[], truth: readonly T[]): number {
  const truthSize = new Map<T, number>();
  for (const event of truth) truthSize.set(event, (truthSize.get(event) ?? 0) + 1);
  const groups = new Map<P, { event: T; size: number; pure: boolean }>();
  predicted.forEach((group, i) => {
    const event = truth[i] as T;
    const known = groups.get(group);
    if (known === undefined) {
      groups.set(group, { event, size: 1, pure: true });
    } else {
      known.size++;
      if (known.event !== event) known.pure = false;
    }
  });
  let right = 0;
  for (const { event, size, pure } of groups.values()) if (pure && truthSize.get(event) === size) right += size;
  return predicted.length === 0 ? 0 : right / predicted.length;
}

/** Parses the nine loghub-2k systems under `folder` (`<System>/<System>_2k.log.gz` with the original truth beside). */
export function groupingAccuracyTable(folder: string): GroupingTable {
  const rows = PUBLISHED_GROUPING.filter(({ system }) => existsSync(join(folder, system))).map(({ system, format, published }) => {
    const file = join(folder, system, `${system}_2k.log`);
    const truth = trueEvents(gunzipSync(readFileSync(`${file}_structured.csv.gz`)).toString('utf8'));
    const predicted = assignedTemplates(gunzipSync(readFileSync(`${file}.gz`)), format);
    const accuracy = groupingAccuracy(predicted, truth);
    return { system, lines: predicted.length, accuracy, published, templates: new Set(predicted).size, trueTemplates: new Set(truth).size };
  });
  const mean = (of: (row: GroupingRow) => number): number => rows.reduce((sum, row) => sum + of(row), 0) / Math.max(rows.length, 1);
  return { rows, mean: mean((row) => row.accuracy), publishedMean: mean((row) => row.published) };
}

/** Template code of each line; lines are not joined, so that there is one for each line of the truth. */
function assignedTemplates(bytes: Uint8Array, format: string): number[] {
  const parser = createLogParser({ format, joinLines: false, parameters: false, fields: false });
  const batch = { input: format, generation: '', offset: 0, line: 1, bytes, arrival: 0, last: true };
  return [...parser.parse(batch, 'evaluation', () => {}).template];
}

function trueEvents(csv: string): string[] {
  const [header = [], ...rows] = csvRows(csv);
  const column = header.indexOf('EventId');
  return rows.map((row) => row[column] as string);
}
