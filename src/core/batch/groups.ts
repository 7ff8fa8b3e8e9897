import type { GroupBatch } from './features.ts';

/** The batch with only the chosen groups, in the order given. `inputs` are shared. */
export function selectGroups(batch: GroupBatch, rows: readonly number[]): GroupBatch {
  const offsets = new Int32Array(rows.length + 1);
  const members: number[] = [];
  for (const [i, row] of rows.entries()) {
    for (let member = batch.offsets[row] as number; member < (batch.offsets[row + 1] as number); member++) members.push(member);
    offsets[i + 1] = members.length;
  }
  const width = batch.columns.length;
  const values = new Float32Array(members.length * width);
  for (const [i, member] of members.entries()) values.set(batch.values.subarray(member * width, (member + 1) * width), i * width);
  return {
    ...batch,
    rows: rows.length,
    offsets,
    values,
    sizes: Float64Array.from(rows, (row) => batch.sizes[row] as number),
    keys: rows.map((row) => batch.keys[row] as string),
    entities: rows.map((row) => batch.entities[row] as string),
    related: rows.map((row) => batch.related[row] as string),
    start: Float64Array.from(rows, (row) => batch.start[row] as number),
    end: Float64Array.from(rows, (row) => batch.end[row] as number),
    memberInput: Int32Array.from(members, (member) => batch.memberInput[member] as number),
    memberLine: Float64Array.from(members, (member) => batch.memberLine[member] as number),
    memberOffset: Float64Array.from(members, (member) => batch.memberOffset[member] as number),
    memberLength: Int32Array.from(members, (member) => batch.memberLength[member] as number),
    memberTime: Float64Array.from(members, (member) => batch.memberTime[member] as number),
  };
}

/** Several batches of the same columns as one; `inputs` hold what occurs, in order of first occurrence. */
export function concatGroups(batches: readonly GroupBatch[]): GroupBatch {
  const [first] = batches;
  if (first === undefined) throw new RangeError('nothing to join');
  const inputs: string[] = [];
  const codes = new Map<string, number>();
  const codeOf = (input: string): number => {
    const known = codes.get(input);
    if (known !== undefined) return known;
    const code = inputs.push(input) - 1;
    codes.set(input, code);
    return code;
  };
  const offsets = [0];
  for (const batch of batches) {
    const base = (offsets.at(-1) as number) - (batch.offsets[0] as number);
    for (let row = 1; row <= batch.rows; row++) offsets.push(base + (batch.offsets[row] as number));
  }
  const floats = (of: (batch: GroupBatch) => Float64Array) => joined(Float64Array, batches.map(of));
  return {
    shape: 'groups',
    rows: batches.reduce((sum, { rows }) => sum + rows, 0),
    columns: first.columns,
    offsets: Int32Array.from(offsets),
    values: joined(
      Float32Array,
      batches.map(({ values }) => values),
    ),
    sizes: floats(({ sizes }) => sizes),
    keys: batches.flatMap(({ keys }) => keys),
    entities: batches.flatMap(({ entities }) => entities),
    related: batches.flatMap(({ related }) => related),
    start: floats(({ start }) => start),
    end: floats(({ end }) => end),
    memberInput: joined(
      Int32Array,
      batches.map((batch) => batch.memberInput.map((code) => codeOf(batch.inputs[code] as string))),
    ),
    inputs,
    memberLine: floats(({ memberLine }) => memberLine),
    memberOffset: floats(({ memberOffset }) => memberOffset),
    memberLength: joined(
      Int32Array,
      batches.map(({ memberLength }) => memberLength),
    ),
    memberTime: floats(({ memberTime }) => memberTime),
  };
}

function joined<A extends Int32Array | Float32Array | Float64Array>(make: new (length: number) => A, parts: readonly A[]): A {
  const whole = new make(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
