import { type Delivery, deliveryOf, type Position, positionAfter, type RecordBatch } from '../../core/index.ts';

/** Under this input a source's position is the last committed entry of its segment log. */
export const SEGMENT_INPUT = '#segments';
/** Under these inputs stands how far each numbered stream of a sender was taken. */
const DELIVERY_PREFIX = '#delivered/';
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
    const delivery = deliveryOf(batch);
    const positions = delivery === undefined ? [stream, entry] : [stream, entry, deliveredPosition(delivery)];
    for (const position of positions) {
      this.#positions.delete(position.input);
      this.#positions.set(position.input, position);
    }
    this.#forget();
    return { records, positions };
  }

  /** True for a batch that its sender sends again although it is in the log, or even committed, already. */
  wasTaken(batch: RecordBatch): boolean {
    const delivery = deliveryOf(batch);
    if (delivery === undefined) return false;
    const known = this.#positions.get(`${DELIVERY_PREFIX}${delivery.stream}`);
    return known !== undefined && delivery.sequence <= known.offset;
  }

  #forget(): void {
    for (const input of this.#positions.keys()) {
      if (this.#positions.size <= MAX_STREAMS) return;
      if (input !== SEGMENT_INPUT) this.#positions.delete(input);
    }
  }
}

function deliveredPosition({ stream, sequence }: Delivery): Position {
  return { input: `${DELIVERY_PREFIX}${stream}`, generation: 'delivered', offset: sequence, line: sequence };
}
