import type { RecordBatch } from '../../core/index.ts';
import { detectFormat } from '../../parsers/index.ts';

/** Bytes of a source that its format is recognised from. */
export const SAMPLE_BYTES = 65_536;

/** The format of the first `SAMPLE_BYTES`, whatever batches they came in. */
export function formatOf(sample: readonly RecordBatch[]): string {
  const bytes = new Uint8Array(SAMPLE_BYTES);
  let at = 0;
  for (const batch of sample) {
    const part = batch.bytes.subarray(0, SAMPLE_BYTES - at);
    bytes.set(part, at);
    at += part.length;
  }
  return detectFormat(bytes.subarray(0, at)).format;
}
