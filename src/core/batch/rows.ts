import type { SequenceBatch } from './features.ts';

/** The batch with only the chosen rows, in the order given. Dictionaries are shared. */
export function selectSequences(batch: SequenceBatch, rows: readonly number[]): SequenceBatch {
  const offsets = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    offsets[i + 1] = (offsets[i] as number) + (batch.offsets[row + 1] as number) - (batch.offsets[row] as number);
  }
  const index = new Int32Array(offsets[rows.length] as number);
  for (let i = 0; i < rows.length; i++) {
    let from = batch.offsets[rows[i] as number] as number;
    for (let to = offsets[i] as number; to < (offsets[i + 1] as number); to++) index[to] = from++;
  }
  const { times, eventInput, eventLine, eventOffset, eventLength, paramFirst, paramValues, ...rest } = batch;
  return {
    ...rest,
    rows: rows.length,
    keys: rows.map((row) => batch.keys[row] as string),
    entities: rows.map((row) => batch.entities[row] as string),
    codes: gather(Int32Array, batch.codes, index),
    offsets,
    ...(times && { times: gather(Float64Array, times, index) }),
    ...(paramFirst && paramValues && selectNumbers(paramFirst, paramValues, index)),
    ...(eventInput && { eventInput: gather(Int32Array, eventInput, index) }),
    ...(eventLine && { eventLine: gather(Float64Array, eventLine, index) }),
    ...(eventOffset && { eventOffset: gather(Float64Array, eventOffset, index) }),
    ...(eventLength && { eventLength: gather(Int32Array, eventLength, index) }),
    start: Float64Array.from(rows, (row) => batch.start[row] as number),
    end: Float64Array.from(rows, (row) => batch.end[row] as number),
  };
}

function selectNumbers(
  paramFirst: Int32Array,
  paramValues: Float64Array,
  index: Int32Array,
): Pick<Required<SequenceBatch>, 'paramFirst' | 'paramValues'> {
  const first = new Int32Array(index.length + 1);
  for (let i = 0; i < index.length; i++) {
    const event = index[i] as number;
    first[i + 1] = (first[i] as number) + (paramFirst[event + 1] as number) - (paramFirst[event] as number);
  }
  const values = new Float64Array(first[index.length] as number);
  for (let i = 0; i < index.length; i++) {
    const event = index[i] as number;
    values.set(paramValues.subarray(paramFirst[event], paramFirst[event + 1]), first[i]);
  }
  return { paramFirst: first, paramValues: values };
}

function gather<A extends Int32Array | Float64Array>(make: new (length: number) => A, from: A, index: Int32Array): A {
  const to = new make(index.length);
  for (let i = 0; i < index.length; i++) to[i] = from[index[i] as number] as number;
  return to;
}
