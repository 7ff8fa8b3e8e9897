import type { SequenceBatch } from '../core/index.ts';
import { isNormal, type TrainingData } from './data.ts';

/** The rows chosen, in their order, as data of their own; the fingerprint stays that of the inputs, with the rows counted. */
export function selectRows(data: TrainingData<SequenceBatch>, keep: (row: number) => boolean): TrainingData<SequenceBatch> {
  const { batch, labels, fingerprint } = data;
  const rows = Array.from({ length: batch.rows }, (_, row) => row).filter(keep);
  const offsets = new Int32Array(rows.length + 1);
  for (const [i, row] of rows.entries())
    offsets[i + 1] = (offsets[i] as number) + (batch.offsets[row + 1] as number) - (batch.offsets[row] as number);
  const size = offsets[rows.length] as number;
  const gather = <A extends Int32Array | Float64Array>(from: A, to: A): A => {
    for (const [i, row] of rows.entries())
      to.set(from.subarray(batch.offsets[row] as number, batch.offsets[row + 1] as number), offsets[i] as number);
    return to;
  };
  const { times, eventInput, eventLine, eventOffset, eventLength, paramFirst: _first, paramValues: _values, ...rest } = batch;
  return {
    ...data,
    batch: {
      ...rest,
      rows: rows.length,
      keys: rows.map((row) => batch.keys[row] as string),
      entities: rows.map((row) => batch.entities[row] as string),
      codes: gather(batch.codes, new Int32Array(size)),
      offsets,
      start: Float64Array.from(rows, (row) => batch.start[row] as number),
      end: Float64Array.from(rows, (row) => batch.end[row] as number),
      ...(times && { times: gather(times, new Float64Array(size)) }),
      ...(eventInput && { eventInput: gather(eventInput, new Int32Array(size)) }),
      ...(eventLine && { eventLine: gather(eventLine, new Float64Array(size)) }),
      ...(eventOffset && { eventOffset: gather(eventOffset, new Float64Array(size)) }),
      ...(eventLength && { eventLength: gather(eventLength, new Int32Array(size)) }),
      ...(_first && _values && selectParameters(_first, _values, batch, rows)),
    },
    ...(labels && { labels: rows.map((row) => labels[row] as string) }),
    fingerprint: { ...fingerprint, rows: rows.length, events: size },
  };
}

function selectParameters(
  first: Int32Array,
  values: Float64Array,
  batch: SequenceBatch,
  rows: readonly number[],
): Pick<SequenceBatch, 'paramFirst' | 'paramValues'> {
  const starts: number[] = [0];
  const kept: number[] = [];
  for (const row of rows) {
    for (let event = batch.offsets[row] as number; event < (batch.offsets[row + 1] as number); event++) {
      for (let i = first[event] as number; i < (first[event + 1] as number); i++) kept.push(values[i] as number);
      starts.push(kept.length);
    }
  }
  return { paramFirst: Int32Array.from(starts), paramValues: Float64Array.from(kept) };
}

/** Without the rows whose label says that something is wrong. */
export function onlyNormal(data: TrainingData<SequenceBatch>): TrainingData<SequenceBatch> {
  const { labels } = data;
  return labels === undefined ? data : selectRows(data, (row) => isNormal(labels[row] as string));
}
