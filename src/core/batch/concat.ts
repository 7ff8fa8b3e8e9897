import type { SequenceBatch } from './features.ts';

/** Several batches as one: vocabularies and inputs are merged by name, rows keep their order. Optional columns stay only where all have them. */
export function concatSequences(batches: readonly SequenceBatch[]): SequenceBatch {
  const [only] = batches;
  if (only !== undefined && batches.length === 1) return only;
  const rows = sum(batches.map((batch) => batch.rows));
  const events = sum(batches.map((batch) => batch.codes.length));
  const vocabulary = new NameIndex();
  const texts: string[] = [];
  const inputs = new NameIndex();
  const codes = new Int32Array(events);
  const offsets = new Int32Array(rows + 1);
  const eventInput = new Int32Array(events);
  let row = 0;
  let event = 0;
  for (const batch of batches) {
    const code = batch.vocabulary.map((id, i) => {
      const at = vocabulary.code(id);
      texts[at] = batch.eventText?.[i] ?? texts[at] ?? id;
      return at;
    });
    const input = (batch.inputs ?? []).map((name) => inputs.code(name));
    for (let i = 0; i < batch.codes.length; i++) {
      codes[event + i] = code[batch.codes[i] as number] as number;
      eventInput[event + i] = input[batch.eventInput?.[i] ?? -1] ?? -1;
    }
    for (let i = 0; i < batch.rows; i++) offsets[row + i + 1] = event + (batch.offsets[i + 1] as number);
    row += batch.rows;
    event += batch.codes.length;
  }
  return {
    shape: 'sequences',
    rows,
    keys: batches.flatMap((batch) => batch.keys),
    entities: batches.flatMap((batch) => batch.entities),
    codes,
    offsets,
    vocabulary: vocabulary.names,
    eventText: texts,
    inputs: inputs.names,
    eventInput,
    ...joined('times', batches, (batch) => batch.times),
    ...joined('eventLine', batches, (batch) => batch.eventLine),
    ...joined('eventOffset', batches, (batch) => batch.eventOffset),
    ...(batches.every((batch) => batch.eventLength !== undefined)
      ? { eventLength: Int32Array.from(joinedValues(batches, (batch) => batch.eventLength as Int32Array)) }
      : {}),
    ...numbers(batches, events),
    start: joinedValues(batches, (batch) => batch.start),
    end: joinedValues(batches, (batch) => batch.end),
  };
}

class NameIndex {
  readonly names: string[] = [];
  readonly #codes = new Map<string, number>();

  code(name: string): number {
    const known = this.#codes.get(name);
    if (known !== undefined) return known;
    this.#codes.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function joinedValues(batches: readonly SequenceBatch[], of: (batch: SequenceBatch) => Float64Array | Int32Array): Float64Array {
  const parts = batches.map(of);
  const all = new Float64Array(sum(parts.map((part) => part.length)));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function joined<K extends 'times' | 'eventLine' | 'eventOffset'>(
  name: K,
  batches: readonly SequenceBatch[],
  of: (batch: SequenceBatch) => Float64Array | undefined,
): Partial<Record<K, Float64Array>> {
  if (batches.some((batch) => of(batch) === undefined)) return {};
  return { [name]: joinedValues(batches, (batch) => of(batch) as Float64Array) } as Record<K, Float64Array>;
}

function numbers(
  batches: readonly SequenceBatch[],
  events: number,
): Pick<SequenceBatch, 'paramFirst' | 'paramValues'> | Record<string, never> {
  if (batches.some((batch) => batch.paramFirst === undefined || batch.paramValues === undefined)) return {};
  const paramFirst = new Int32Array(events + 1);
  let event = 0;
  let value = 0;
  for (const { paramFirst: first, codes } of batches as readonly Required<SequenceBatch>[]) {
    for (let i = 0; i < codes.length; i++) paramFirst[event + i + 1] = value + (first[i + 1] as number);
    event += codes.length;
    value += first[codes.length] as number;
  }
  return { paramFirst, paramValues: joinedValues(batches, (batch) => batch.paramValues as Float64Array) };
}
