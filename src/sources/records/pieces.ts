import type { Micros, Position, RecordBatch } from '../../core/index.ts';

/** Bytes of a binary stream as they come: each piece is a record that goes on with the one before. Same use as a `LineAssembler`. */
export class PieceAssembler {
  readonly #now: () => Micros;
  readonly #input: string;
  readonly #generation: string;
  #offset: number;
  #line: number;

  constructor(from: Position, now: () => Micros) {
    this.#input = from.input;
    this.#generation = from.generation;
    this.#offset = from.offset;
    this.#line = from.line;
    this.#now = now;
  }

  get readOffset(): number {
    return this.#offset;
  }

  get position(): Position {
    return { input: this.#input, generation: this.#generation, offset: this.#offset, line: this.#line };
  }

  *push(chunk: Uint8Array): Generator<RecordBatch> {
    if (chunk.length > 0) yield this.#batch(chunk, false);
  }

  /** Nothing is ever held back. */
  *flush(): Generator<RecordBatch> {}

  /** The batch that says that the input is finished. */
  *finish(): Generator<RecordBatch> {
    yield this.#batch(new Uint8Array(0), true);
  }

  #batch(bytes: Uint8Array, last: boolean): RecordBatch {
    const ends = bytes.length === 0 ? new Uint32Array(0) : Uint32Array.of(bytes.length);
    const batch = { input: this.#input, generation: this.#generation, offset: this.#offset, line: this.#line, bytes, ends };
    this.#offset += bytes.length;
    this.#line += ends.length;
    return { ...batch, arrival: this.#now(), last };
  }
}
