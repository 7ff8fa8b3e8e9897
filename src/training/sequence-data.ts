import { type SequenceBatch, VedetteError } from '../core/index.ts';
import type { SequenceFeature } from '../features/index.ts';
import type { KnownTemplates } from '../parsers/index.ts';
import { listInputs, withoutEmpty } from '../sources/index.ts';
import { fingerprintOf, type TrainingData } from './data.ts';
import { parseLabelFrom, readLabels } from './labels.ts';
import type { ParsingOptions } from './parsing/input-parser.ts';
import { readLogs } from './read-logs.ts';
import { readSessions } from './read-sessions.ts';
import { readTemplates } from './templates-file.ts';

export interface SequenceData extends TrainingData<SequenceBatch> {
  /** How sessions were made, when the data were logs. */
  readonly feature?: SequenceFeature;
  /** What was mined of logs, for readers of further ones. */
  readonly known?: readonly KnownTemplates[];
  /** Sessions that the logs hold, where only an even sample of them is the data. */
  readonly drawnFrom?: number;
}

/** Files and how they are to be read, as the command line and the API name it. */
export interface SequenceDataOptions {
  readonly data: readonly string[];
  readonly labelFrom?: string;
  readonly label?: string;
  /** A CSV of id,label. */
  readonly labels?: string;
  readonly format?: string;
  readonly session?: string;
  readonly templates?: string;
  readonly timezone?: string;
  /** Of how lines are read; goes before what else is said of it. */
  readonly parsing?: ParsingOptions;
  /** What sessions of logs and learning from them may take, bytes; of more of them the data are an even sample. Default: all are the data. */
  readonly memory?: number;
}

/** Session files as they are, or logs parsed into sessions: whichever the data are. Sessions and templates are made `like` those of a model. */
export async function readSequenceData(
  options: SequenceDataOptions,
  progress: (share: number) => void,
  like: { readonly feature?: SequenceFeature; readonly known?: readonly KnownTemplates[] } = {},
): Promise<SequenceData> {
  const { feature, known } = like;
  const given = options.labels === undefined ? options.labelFrom : `file:${options.labels}`;
  const text = options.label === undefined ? given : `column:${options.label}`;
  const labelFrom = text === undefined ? undefined : parseLabelFrom(text);
  if ((options.parsing?.format ?? options.format) === undefined && feature === undefined) {
    try {
      return await readSessions(options.data, { progress, ...(labelFrom === undefined ? {} : { labelFrom }) });
    } catch (error) {
      if (!(error instanceof VedetteError) || error.code !== 'FORMAT_UNKNOWN') throw error;
    }
  }
  const inputs = withoutEmpty(await listInputs(options.data));
  const read = await readLogs(inputs, {
    progress,
    session: options.session ?? 'auto',
    keepTemplates: true,
    ...(options.memory === undefined ? {} : { bound: { memory: options.memory, rest: false } }),
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(options.timezone === undefined ? {} : { timezone: options.timezone }),
    ...(options.templates === undefined ? {} : { templates: await readTemplates(options.templates) }),
    ...options.parsing,
    ...(feature === undefined ? {} : { feature }),
    ...(known === undefined ? {} : { known }),
  });
  if (read.batch === undefined || read.feature === undefined) {
    throw new VedetteError('DATA_INSUFFICIENT', `${options.data.join(', ')} holds no session`, {
      hint: 'Name a session key with --session, or give more data.',
    });
  }
  const { batch } = read;
  const digests = read.inputs.map(({ name, sha256 }) => ({ name, sha256 }));
  return {
    batch,
    feature: read.feature,
    known: read.known,
    fingerprint: fingerprintOf({ rows: batch.rows, events: batch.codes.length }, digests, {
      from: least(batch.start),
      to: most(batch.end),
    }),
    skipped: [],
    ...(read.rows > batch.rows && { drawnFrom: read.rows }),
    ...(labelFrom?.from === 'file' ? { labels: await labelsByKey(labelFrom.path, batch.keys) } : {}),
  };
}

async function labelsByKey(path: string, keys: readonly string[]): Promise<string[]> {
  const labels = await readLabels(path);
  return keys.map((key) => labels.get(key) ?? 'normal');
}

const least = (times: Float64Array): number => times.reduce((low, time) => Math.min(low, time), Number.POSITIVE_INFINITY);
const most = (times: Float64Array): number => times.reduce((high, time) => Math.max(high, time), Number.NEGATIVE_INFINITY);
