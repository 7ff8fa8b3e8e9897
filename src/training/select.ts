import { type SequenceBatch, selectSequences } from '../core/index.ts';
import { isNormal, type TrainingData } from './data.ts';

/** The rows chosen, in their order, as data of their own; the fingerprint stays that of the inputs, with the rows counted. */
export function selectRows(data: TrainingData<SequenceBatch>, keep: (row: number) => boolean): TrainingData<SequenceBatch> {
  const { labels, fingerprint } = data;
  const rows = Array.from({ length: data.batch.rows }, (_, row) => row).filter(keep);
  const batch = selectSequences(data.batch, rows);
  return {
    ...data,
    batch,
    ...(labels && { labels: rows.map((row) => labels[row] as string) }),
    fingerprint: { ...fingerprint, rows: rows.length, events: batch.codes.length },
  };
}

/** Without the rows whose label says that something is wrong. */
export function onlyNormal(data: TrainingData<SequenceBatch>): TrainingData<SequenceBatch> {
  const { labels } = data;
  return labels === undefined ? data : selectRows(data, (row) => isNormal(labels[row] as string));
}
