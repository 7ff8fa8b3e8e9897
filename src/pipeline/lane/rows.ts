import {
  concatGroups,
  type FeatureBatch,
  type GroupBatch,
  type ObservationBatch,
  type RowBatch,
  type SequenceBatch,
  type SeriesBatch,
  selectGroups,
  selectSequences,
} from '../../core/index.ts';

/** The rows of a batch at the given indices, in that order. Dictionaries are shared with the original. */
export function pickRows<B extends FeatureBatch>(batch: B, rows: readonly number[]): B {
  if (rows.length === batch.rows && rows.every((row, index) => row === index)) return batch;
  return pick(batch, rows) as B;
}

/** Rows [from, to). */
export function sliceRows<B extends FeatureBatch>(batch: B, from: number, to: number): B {
  return pickRows(batch, range(from, Math.max(from, to)));
}

/** One batch of all rows; all of one shape. Dictionaries hold what occurs, in order of first occurrence: the parts do not show. */
export function joinRows<B extends FeatureBatch>(batches: readonly B[]): B {
  const [first] = batches;
  if (first === undefined) throw new RangeError('nothing to join');
  return join(batches) as B;
}

function pick(batch: FeatureBatch, rows: readonly number[]): FeatureBatch {
  switch (batch.shape) {
    case 'sequences':
      return selectSequences(batch, rows);
    case 'groups':
      return selectGroups(batch, rows);
    case 'rows':
      return { ...batch, rows: rows.length, values: matrix(batch, rows), ...keyed(batch, rows) };
    case 'series':
      return {
        ...batch,
        rows: rows.length,
        code: at32(batch.code, rows),
        value: at64(batch.value, rows),
        ...(batch.whole === undefined ? {} : { whole: at64(batch.whole, rows) }),
        start: at64(batch.start, rows),
        end: at64(batch.end, rows),
        ...(batch.evidence === undefined ? {} : { evidence: rows.map((row) => batch.evidence?.[row] ?? []) }),
      };
    case 'observations':
      return {
        ...batch,
        rows: rows.length,
        entity: at32(batch.entity, rows),
        field: at32(batch.field, rows),
        value: at32(batch.value, rows),
        ...(batch.shown === undefined ? {} : { shown: at32(batch.shown, rows) }),
        time: at64(batch.time, rows),
        inputCode: at32(batch.inputCode, rows),
        line: at64(batch.line, rows),
        offset: at64(batch.offset, rows),
        length: at32(batch.length, rows),
      };
  }
}

function keyed(batch: RowBatch, rows: readonly number[]) {
  return {
    keys: rows.map((row) => batch.keys[row] as string),
    entities: rows.map((row) => batch.entities[row] as string),
    start: at64(batch.start, rows),
    end: at64(batch.end, rows),
  };
}

function matrix(batch: RowBatch, rows: readonly number[]): Float32Array {
  const width = batch.columns.length;
  const values = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) values.set(batch.values.subarray(row * width, (row + 1) * width), index * width);
  return values;
}

function join(batches: readonly FeatureBatch[]): FeatureBatch {
  switch (batches[0]?.shape) {
    case 'sequences':
      return joinSequences(batches as readonly SequenceBatch[]);
    case 'rows':
      return joinMatrices(batches as readonly RowBatch[]);
    case 'groups':
      return concatGroups(batches as readonly GroupBatch[]);
    case 'series':
      return joinSeries(batches as readonly SeriesBatch[]);
    default:
      return joinObservations(batches as readonly ObservationBatch[]);
  }
}

function joinSequences(batches: readonly SequenceBatch[]): SequenceBatch {
  const words = new Dictionary();
  const texts: string[] = [];
  const inputs = new Dictionary();
  const codes: Int32Array[] = [];
  const eventInput: Int32Array[] = [];
  const offsets: number[] = [0];
  const first: number[] = [0];
  for (const batch of batches) {
    codes.push(
      recoded(batch.codes, batch.vocabulary, (id, code) => {
        const word = words.code(id);
        texts[word] = batch.eventText?.[code] ?? id;
        return word;
      }),
    );
    eventInput.push(recoded(batch.eventInput ?? new Int32Array(0), batch.inputs ?? [], (input) => inputs.code(input)));
    const base = offsets.at(-1) as number;
    for (let row = 1; row <= batch.rows; row++) offsets.push(base + (batch.offsets[row] as number) - (batch.offsets[0] as number));
    const spans = first.at(-1) as number;
    for (let event = 1; event < (batch.paramFirst?.length ?? 1); event++) first.push(spans + (batch.paramFirst?.[event] as number));
  }
  const every = (has: (batch: SequenceBatch) => unknown) => batches.every((batch) => has(batch) !== undefined);
  return {
    shape: 'sequences',
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    keys: batches.flatMap((batch) => batch.keys),
    entities: batches.flatMap((batch) => batch.entities),
    codes: cat32(codes),
    offsets: Int32Array.from(offsets),
    vocabulary: words.values,
    eventText: texts,
    start: cat64(batches.map((batch) => batch.start)),
    end: cat64(batches.map((batch) => batch.end)),
    ...(every((batch) => batch.times) ? { times: cat64(batches.map((batch) => batch.times)) } : {}),
    ...(every((batch) => batch.eventInput) ? { inputs: inputs.values, eventInput: cat32(eventInput) } : {}),
    ...(every((batch) => batch.eventLine) ? { eventLine: cat64(batches.map((batch) => batch.eventLine)) } : {}),
    ...(every((batch) => batch.eventOffset) ? { eventOffset: cat64(batches.map((batch) => batch.eventOffset)) } : {}),
    ...(every((batch) => batch.eventLength) ? { eventLength: cat32(batches.map((batch) => batch.eventLength)) } : {}),
    ...(every((batch) => batch.paramFirst)
      ? { paramFirst: Int32Array.from(first), paramValues: cat64(batches.map((batch) => batch.paramValues)) }
      : {}),
  };
}

function joinMatrices(batches: readonly RowBatch[]): RowBatch {
  const values = batches.flatMap((batch) => Array.from(batch.values));
  return {
    shape: 'rows',
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    columns: batches[0]?.columns ?? [],
    values: Float32Array.from(values),
    keys: batches.flatMap((batch) => batch.keys),
    entities: batches.flatMap((batch) => batch.entities),
    start: cat64(batches.map((batch) => batch.start)),
    end: cat64(batches.map((batch) => batch.end)),
  };
}

function joinSeries(batches: readonly SeriesBatch[]): SeriesBatch {
  const series = new Dictionary();
  const entities: string[] = [];
  const code = batches.map((batch) =>
    Int32Array.from(batch.code, (own) => {
      const shared = series.code(batch.series[own] as string);
      entities[shared] ??= batch.entities[own] as string;
      return shared;
    }),
  );
  return {
    shape: 'series',
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    series: series.values,
    entities,
    code: cat32(code),
    value: cat64(batches.map((batch) => batch.value)),
    ...(batches.every(({ whole }) => whole === undefined)
      ? {}
      : { whole: cat64(batches.map(({ whole, rows }) => whole ?? new Float64Array(rows).fill(Number.NaN))) }),
    start: cat64(batches.map((batch) => batch.start)),
    end: cat64(batches.map((batch) => batch.end)),
    ...(batches.every(({ evidence }) => evidence !== undefined) ? { evidence: batches.flatMap(({ evidence }) => evidence ?? []) } : {}),
  };
}

function joinObservations(batches: readonly ObservationBatch[]): ObservationBatch {
  const entities = new Dictionary();
  const fields = new Dictionary();
  const values = new Dictionary();
  const input = new Dictionary();
  const recode = (to: Dictionary, codes: (batch: ObservationBatch) => Int32Array, names: (batch: ObservationBatch) => readonly string[]) =>
    cat32(batches.map((batch) => recoded(codes(batch), names(batch), (name) => to.code(name))));
  return {
    shape: 'observations',
    rows: batches.reduce((sum, batch) => sum + batch.rows, 0),
    entity: recode(
      entities,
      (batch) => batch.entity,
      (batch) => batch.entities,
    ),
    field: recode(
      fields,
      (batch) => batch.field,
      (batch) => batch.fields,
    ),
    value: recode(
      values,
      (batch) => batch.value,
      (batch) => batch.values,
    ),
    inputCode: recode(
      input,
      (batch) => batch.inputCode,
      (batch) => batch.input,
    ),
    entities: entities.values,
    fields: fields.values,
    values: values.values,
    input: input.values,
    time: cat64(batches.map((batch) => batch.time)),
    line: cat64(batches.map((batch) => batch.line)),
    offset: cat64(batches.map((batch) => batch.offset)),
    length: cat32(batches.map((batch) => batch.length)),
  };
}

/** Codes of a dictionary as those of another, which is asked once for each value that occurs, in order of first occurrence. */
function recoded(codes: Int32Array, values: readonly string[], ask: (value: string, code: number) => number): Int32Array {
  const known = new Int32Array(values.length).fill(-1);
  const out = new Int32Array(codes.length);
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] as number;
    if (known[code] === -1) known[code] = ask(values[code] as string, code);
    out[i] = known[code] as number;
  }
  return out;
}

class Dictionary {
  readonly values: string[] = [];
  private readonly index = new Map<string, number>();

  code(value: string): number {
    const known = this.index.get(value);
    if (known !== undefined) return known;
    const code = this.values.push(value) - 1;
    this.index.set(value, code);
    return code;
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

function at32(values: Int32Array, rows: readonly number[]): Int32Array {
  const chosen = new Int32Array(rows.length);
  for (let i = 0; i < chosen.length; i++) chosen[i] = values[rows[i] as number] as number;
  return chosen;
}

function at64(values: Float64Array, rows: readonly number[]): Float64Array {
  const chosen = new Float64Array(rows.length);
  for (let i = 0; i < chosen.length; i++) chosen[i] = values[rows[i] as number] as number;
  return chosen;
}

function cat32(parts: readonly (Int32Array | undefined)[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  let at = 0;
  for (const part of parts) {
    if (part === undefined) continue;
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function cat64(parts: readonly (Float64Array | undefined)[]): Float64Array {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  let at = 0;
  for (const part of parts) {
    if (part === undefined) continue;
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
