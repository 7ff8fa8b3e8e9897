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
    offset: batch.offset + (batch.originEnds?.at(-1) ?? batch.bytes.length),
    line: batch.line + recordCount(batch),
    ...(batch.content === undefined ? {} : { content: batch.content }),
  };
}

/** True of a batch that tells only where its input goes on: a file that has another name now. */
export function isPlaceOnly({ bytes, ends, last }: RecordBatch): boolean {
  return bytes.length === 0 && ends === undefined && !last;
}

/** True where a binary stream (a capture) begins: at the first byte of its input, or behind an empty record, which ends what was before. */
export function startsStream({ offset, ends }: Pick<RecordBatch, 'offset' | 'ends'>): boolean {
  return offset === 0 || ends?.[0] === 0;
}

const SENSOR_PREFIX = 'sensor/';

/** Name of the input that a sensor's pieces arrive by. */
export function sensorInput(sensor: string): string {
  return `${SENSOR_PREFIX}${sensor}`;
}

/** Each such input is a place in the network of its own. */
export function isSensorInput(input: string): boolean {
  return input.startsWith(SENSOR_PREFIX);
}

/** LF in each byte of a 32-bit word. */
const LF_WORD = 0x0a0a0a0a;
/** Words whose counts a byte holds without overflowing. */
const MOST_WORDS = 255;

/** Number of LF bytes, four bytes at a time. */
export function countLines(bytes: Uint8Array): number {
  const head = -bytes.byteOffset & 3;
  if (bytes.length <= head) return bytes.reduce((lines, byte) => lines + (byte === LF ? 1 : 0), 0);
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + head, (bytes.length - head) >> 2);
  let lines = 0;
  for (let i = 0; i < head; i++) if (bytes[i] === LF) lines++;
  for (let i = head + words.length * 4; i < bytes.length; i++) if (bytes[i] === LF) lines++;
  for (let from = 0; from < words.length; from += MOST_WORDS) {
    const to = Math.min(words.length, from + MOST_WORDS);
    let counts = 0;
    for (let i = from; i < to; i++) {
      // The high bit of a byte of `rest` is 0 only where that byte of `word` is 0.
      const word = (words[i] as number) ^ LF_WORD;
      const rest = ((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word;
      counts += (~rest >>> 7) & 0x01010101;
    }
    lines += (counts & 255) + ((counts >>> 8) & 255) + ((counts >>> 16) & 255) + (counts >>> 24);
  }
  return lines;
}
