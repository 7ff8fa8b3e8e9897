import {
  type FeatureBatch,
  type GroupBatch,
  type ObservationBatch,
  type RowBatch,
  type SequenceBatch,
  type SeriesBatch,
  selectGroups,
} from '../core/index.ts';

/** Sequences of event ids as a batch without times or evidence; keys are `s0`, `s1`, …, one entity a row. */
export function sequenceBatch(
  sequences: readonly (readonly string[])[],
  options: { entity?: (row: number) => string } = {},
): SequenceBatch {
  const code = new Map<string, number>();
  const offsets = new Int32Array(sequences.length + 1);
  for (const [i, sequence] of sequences.entries()) offsets[i + 1] = (offsets[i] as number) + sequence.length;
  const codes = new Int32Array(offsets[sequences.length] as number);
  let at = 0;
  for (const sequence of sequences) {
    for (const id of sequence) {
      let known = code.get(id);
      if (known === undefined) {
        known = code.size;
        code.set(id, known);
      }
      codes[at++] = known;
    }
  }
  const keys = sequences.map((_, row) => `s${row}`);
  const time = Float64Array.from(sequences, (_, row) => row * 1e6);
  const entities = sequences.map((_, row) => options.entity?.(row) ?? `s${row}`);
  const end = time.map((start) => start + 1e6);
  return { shape: 'sequences', rows: sequences.length, keys, entities, codes, offsets, vocabulary: [...code.keys()], start: time, end };
}

/** Rows [from, to) as a batch of their own, its dictionaries in another order: codes must mean nothing to a detector. */
export function slice<B extends FeatureBatch>(batch: B, from: number, to: number): B {
  const cut = sliceOf(batch, from, to);
  return cut as B;
}

function sliceOf(batch: FeatureBatch, from: number, to: number): FeatureBatch {
  if (batch.shape === 'sequences') return sliceSequences(batch, from, to);
  if (batch.shape === 'rows') return sliceRows(batch, from, to);
  if (batch.shape === 'groups') return sliceGroups(batch, from, to);
  if (batch.shape === 'series') return sliceSeries(batch, from, to);
  return sliceObservations(batch, from, to);
}

function sliceSequences(batch: SequenceBatch, from: number, to: number): SequenceBatch {
  const first = batch.offsets[from] as number;
  const last = batch.offsets[to] as number;
  const size = batch.vocabulary.length;
  const { paramFirst, paramValues } = batch;
  return {
    ...batch,
    rows: to - from,
    keys: batch.keys.slice(from, to),
    entities: batch.entities.slice(from, to),
    vocabulary: [...batch.vocabulary].reverse(),
    ...(batch.eventText === undefined ? {} : { eventText: [...batch.eventText].reverse() }),
    codes: batch.codes.slice(first, last).map((code) => size - 1 - code),
    offsets: batch.offsets.slice(from, to + 1).map((offset) => offset - first),
    start: batch.start.slice(from, to),
    end: batch.end.slice(from, to),
    ...(batch.times === undefined ? {} : { times: batch.times.slice(first, last) }),
    ...(batch.eventInput === undefined ? {} : { eventInput: batch.eventInput.slice(first, last) }),
    ...(batch.eventLine === undefined ? {} : { eventLine: batch.eventLine.slice(first, last) }),
    ...(batch.eventOffset === undefined ? {} : { eventOffset: batch.eventOffset.slice(first, last) }),
    ...(batch.eventLength === undefined ? {} : { eventLength: batch.eventLength.slice(first, last) }),
    ...(paramFirst === undefined || paramValues === undefined ? {} : sliceParameters(paramFirst, paramValues, first, last)),
  };
}

function sliceParameters(
  paramFirst: Int32Array,
  paramValues: Float64Array,
  first: number,
  last: number,
): Pick<SequenceBatch, 'paramFirst' | 'paramValues'> {
  const start = paramFirst[first] as number;
  return {
    paramFirst: paramFirst.slice(first, last + 1).map((at) => at - start),
    paramValues: paramValues.slice(start, paramFirst[last] as number),
  };
}

function sliceRows(batch: RowBatch, from: number, to: number): RowBatch {
  const width = batch.columns.length;
  return {
    ...batch,
    rows: to - from,
    values: batch.values.slice(from * width, to * width),
    keys: batch.keys.slice(from, to),
    entities: batch.entities.slice(from, to),
    start: batch.start.slice(from, to),
    end: batch.end.slice(from, to),
  };
}

function sliceGroups(batch: GroupBatch, from: number, to: number): GroupBatch {
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  const cut = selectGroups(batch, rows);
  const last = batch.inputs.length - 1;
  return { ...cut, inputs: [...batch.inputs].reverse(), memberInput: cut.memberInput.map((code) => last - code) };
}

function sliceSeries(batch: SeriesBatch, from: number, to: number): SeriesBatch {
  const last = batch.series.length - 1;
  return {
    ...batch,
    rows: to - from,
    series: [...batch.series].reverse(),
    code: batch.code.slice(from, to).map((code) => last - code),
    entities: batch.entities.length === batch.rows ? batch.entities.slice(from, to) : batch.entities,
    value: batch.value.slice(from, to),
    ...(batch.whole === undefined ? {} : { whole: batch.whole.slice(from, to) }),
    start: batch.start.slice(from, to),
    end: batch.end.slice(from, to),
  };
}

function sliceObservations(batch: ObservationBatch, from: number, to: number): ObservationBatch {
  const reversed = (codes: Int32Array, names: readonly string[]) => codes.slice(from, to).map((code) => names.length - 1 - code);
  return {
    ...batch,
    rows: to - from,
    entities: [...batch.entities].reverse(),
    fields: [...batch.fields].reverse(),
    values: [...batch.values].reverse(),
    ...(batch.valueText === undefined ? {} : { valueText: [...batch.valueText].reverse() }),
    entity: reversed(batch.entity, batch.entities),
    field: reversed(batch.field, batch.fields),
    value: reversed(batch.value, batch.values),
    time: batch.time.slice(from, to),
    inputCode: batch.inputCode.slice(from, to),
    line: batch.line.slice(from, to),
    offset: batch.offset.slice(from, to),
    length: batch.length.slice(from, to),
  };
}
