import { type Position, positionAfter, type RecordBatch } from '../../core/index.ts';

/** Under this input a source's position is the last committed entry of its segment log. */
export const SEGMENT_INPUT = '#segments';
const MAX_STREAMS = 4096;
/** An input first seen in segment entry n begins at offset n * 2^26: no entry is longer, so no two offsets are ever the same. */
const SEGMENT_SPAN = 2 ** 26;

/** A stream's own offsets start anew with each process; here they go on, input by input, in the order of the log. */
export class SegmentStreams {
  readonly #positions: Map<string, Position>;

  /** Continues from `positions`, which it keeps up to date. */
  constructor(positions: Map<string, Position>) {
    this.#positions = positions;
  }

  /** The entry of the log that is committed. */
  get committed(): number {
    return this.#positions.get(SEGMENT_INPUT)?.offset ?? 0;
  }

  /** An entry of the log as the lane gets it, and where the stream and the log are after it. */
  place(sequence: number, batch: RecordBatch): { readonly records: RecordBatch; readonly positions: readonly Position[] } {
    const known = this.#positions.get(batch.input);
    const { offset, line } = known ?? { offset: sequence * SEGMENT_SPAN, line: 1 };
    const records = { ...batch, generation: 'segments', offset, line, last: false };
    const stream = positionAfter(records);
    const entry = { input: SEGMENT_INPUT, generation: 'segments', offset: sequence, line: sequence };
    this.#positions.delete(stream.input);
    for (const position of [stream, entry]) this.#positions.set(position.input, position);
    this.#forget();
    return { records, positions: [stream, entry] };
  }

  #forget(): void {
    for (const input of this.#positions.keys()) {
      if (this.#positions.size <= MAX_STREAMS) return;
      if (input !== SEGMENT_INPUT) this.#positions.delete(input);
    }
  }
}
