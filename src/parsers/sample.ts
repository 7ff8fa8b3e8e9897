import { type RecordBatch, recordEnds } from '../core/index.ts';

const SAMPLE_BYTES = 256 << 10;
const LF = 10;

/** The first records of a batch, one a line: what a format is recognised from, also where records are not separated by lines. */
export function sampleOf(batch: RecordBatch): Uint8Array {
  if (batch.ends === undefined) return batch.bytes.subarray(0, SAMPLE_BYTES);
  const parts: number[][] = [];
  let size = 0;
  let start = 0;
  for (const end of recordEnds(batch)) {
    if (size + end - start + 1 > SAMPLE_BYTES && parts.length > 0) break;
    parts.push([start, end]);
    size += end - start + 1;
    start = end;
  }
  const sample = new Uint8Array(size);
  let at = 0;
  for (const [from = 0, to = 0] of parts) {
    sample.set(batch.bytes.subarray(from, to), at);
    at += to - from;
    sample[at++] = LF;
  }
  return sample;
}
