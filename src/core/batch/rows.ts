import type { SequenceBatch } from './features.ts';

/** The batch with only the chosen rows, in the order given. Dictionaries are shared. */
export function selectSequences(batch: SequenceBatch, rows: readonly number[]): SequenceBatch {
  const offsets = new Int32Array(rows.length + 1);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    offsets[i + 1] = (offsets[i] as number) + (batch.offsets[row + 1] as number) - (batch.offsets[row] as number);
  }
  const runs = runsOf(batch, rows);
  const events = offsets[rows.length] as number;
  const { times, eventInput, eventLine, eventOffset, eventLength, paramFirst, paramValues, ...rest } = batch;
  return {
    ...rest,
    rows: rows.length,
    keys: rows.map((row) => batch.keys[row] as string),
    entities: rows.map((row) => batch.entities[row] as string),
    codes: gather(new Int32Array(events), batch.codes, runs),
    offsets,
    ...(times && { times: gather(new Float64Array(events), times, runs) }),
    ...(paramFirst && paramValues && selectNumbers(paramFirst, paramValues, runs, events)),
    ...(eventInput && { eventInput: gather(new Int32Array(events), eventInput, runs) }),
    ...(eventLine && { eventLine: gather(new Float64Array(events), eventLine, runs) }),
    ...(eventOffset && { eventOffset: gather(new Float64Array(events), eventOffset, runs) }),
    ...(eventLength && { eventLength: gather(new Int32Array(events), eventLength, runs) }),
    start: Float64Array.from(rows, (row) => batch.start[row] as number),
    end: Float64Array.from(rows, (row) => batch.end[row] as number),
  };
}

/** Events of the chosen rows as ranges, each one's start and end: rows that follow each other are one range. */
function runsOf({ offsets }: SequenceBatch, rows: readonly number[]): Int32Array {
  const runs = new Int32Array(rows.length * 2);
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    if (i > 0 && row === (rows[i - 1] as number) + 1) {
      runs[count - 1] = offsets[row + 1] as number;
      continue;
    }
    runs[count++] = offsets[row] as number;
    runs[count++] = offsets[row + 1] as number;
  }
  return runs.subarray(0, count);
}

function selectNumbers(
  paramFirst: Int32Array,
  paramValues: Float64Array,
  runs: Int32Array,
  events: number,
): Pick<Required<SequenceBatch>, 'paramFirst' | 'paramValues'> {
  const first = new Int32Array(events + 1);
  const ranges = new Int32Array(runs.length);
  let event = 0;
  let number = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const [from, to] = [runs[i] as number, runs[i + 1] as number];
    const moved = number - (paramFirst[from] as number);
    for (let at = from; at < to; at++) first[++event] = (paramFirst[at + 1] as number) + moved;
    ranges[i] = paramFirst[from] as number;
    ranges[i + 1] = paramFirst[to] as number;
    number += (paramFirst[to] as number) - (paramFirst[from] as number);
  }
  return { paramFirst: first, paramValues: gather(new Float64Array(number), paramValues, ranges) };
}

/** Copies the ranges one behind the other. */
function gather<A extends Int32Array | Float64Array>(to: A, from: A, runs: Int32Array): A {
  let at = 0;
  for (let i = 0; i < runs.length; i += 2) {
    const [start, end] = [runs[i] as number, runs[i + 1] as number];
    // A short range is copied faster element by element.
    if (end - start > 32) to.set(from.subarray(start, end), at);
    else for (let j = start, k = at; j < end; j++, k++) to[k] = from[j] as number;
    at += end - start;
  }
  return to;
}
