import type { Position, RecordBatch } from './contracts.ts';

const LF = 10;

/** Number of records in the batch; bytes after the last LF are a record too. */
export function recordCount(batch: RecordBatch): number {
  if (batch.ends !== undefined) return batch.ends.length;
  const { bytes } = batch;
  const lines = countLines(bytes);
  return bytes.length > 0 && bytes[bytes.length - 1] !== LF ? lines + 1 : lines;
}

/** Exclusive end of every record, the LF included where records are lines. */
export function recordEnds(batch: RecordBatch): Uint32Array {
  if (batch.ends !== undefined) return batch.ends;
  const { bytes } = batch;
  const ends = new Uint32Array(recordCount(batch));
  let count = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) ends[count++] = at + 1;
  if (count < ends.length) ends[count] = bytes.length;
  return ends;
}

/** Where a source resumes once the batch is committed. */
export function positionAfter(batch: RecordBatch): Position {
  return {
    input: batch.input,
    generation: batch.generation,
    offset: batch.offset + batch.bytes.length,
    line: batch.line + recordCount(batch),
  };
}

/** Number of LF bytes. */
export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at !== -1; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}
