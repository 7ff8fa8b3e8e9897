import { encodeReading, type Micros, type Reading, type RecordBatch } from '../../core/index.ts';
import { concatBytes } from '../bytes/chunks.ts';

/** Readings of one input as record batches whose offsets and lines go on from one to the next. */
export class ReadingStream {
  private readonly input: string;
  private readonly generation: string;
  private offset = 0;
  private line = 1;

  constructor(input: string, generation: string) {
    this.input = input;
    this.generation = generation;
  }

  batch(readings: readonly Reading[], arrival: Micros): RecordBatch {
    const records = readings.map(encodeReading);
    const ends = new Uint32Array(records.length);
    let end = 0;
    for (const [i, record] of records.entries()) {
      end += record.length;
      ends[i] = end;
    }
    const { input, generation, offset, line } = this;
    this.offset += end;
    this.line += records.length;
    return { input, generation, offset, line, bytes: concatBytes(records, end), ends, arrival, last: false };
  }
}
