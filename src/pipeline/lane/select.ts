import type { LogBatch, TextColumn } from '../../core/index.ts';

/** The rows of a batch for which `keep` is 1. Text stays where it is; only spans are copied. */
export function selectRows(batch: LogBatch, keep: Uint8Array): LogBatch {
  let kept = 0;
  for (let row = 0; row < batch.rows; row++) if (keep[row] === 1) kept++;
  if (kept === batch.rows) return batch;
  const rows = new Int32Array(kept);
  for (let row = 0, to = 0; row < batch.rows; row++) if (keep[row] === 1) rows[to++] = row;
  const int = (values: Int32Array) => Int32Array.from(rows, (row) => values[row] as number);
  const double = (values: Float64Array) => Float64Array.from(rows, (row) => values[row] as number);
  const text = (column: TextColumn): TextColumn => ({ bytes: column.bytes, start: int(column.start), end: int(column.end) });
  const { parameters } = batch;
  const first = new Int32Array(rows.length + 1);
  const spans: number[] = [];
  rows.forEach((row, index) => {
    for (let span = parameters.first[row] as number; span < (parameters.first[row + 1] as number); span++) spans.push(span);
    first[index + 1] = spans.length;
  });
  const span = (values: Int32Array) => Int32Array.from(spans, (at) => values[at] as number);
  return {
    ...batch,
    rows: rows.length,
    origin: {
      input: batch.origin.input,
      offset: double(batch.origin.offset),
      line: double(batch.origin.line),
      length: int(batch.origin.length),
    },
    time: double(batch.time),
    host: { codes: int(batch.host.codes), values: batch.host.values },
    component: { codes: int(batch.component.codes), values: batch.component.values },
    pid: int(batch.pid),
    level: { codes: int(batch.level.codes), values: batch.level.values },
    message: text(batch.message),
    template: int(batch.template),
    parameters: { bytes: parameters.bytes, first, start: span(parameters.start), end: span(parameters.end) },
    ...(batch.shape === undefined ? {} : { shape: { ...batch.shape, codes: int(batch.shape.codes) } }),
    ...(batch.format === undefined ? {} : { format: { codes: int(batch.format.codes), values: batch.format.values } }),
    ...(batch.attributes === undefined ? {} : { attributes: text(batch.attributes) }),
    ...(batch.fields === undefined
      ? {}
      : { fields: Object.fromEntries(Object.entries(batch.fields).map(([name, column]) => [name, text(column)])) }),
  };
}
