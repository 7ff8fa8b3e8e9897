import { FLOW_VALUES, type FlowRecord } from '../../parsers/packets/index.ts';

const FIRST_ROWS = 1024;

/** Finished flows by column, in order of their end; at most `most` are kept, all are counted. */
export class FlowTable {
  /** Names of the columns of `values`. */
  readonly columns: readonly string[] = FLOW_VALUES;
  rows = 0;
  total = 0;
  /** (rows, columns). */
  values = new Float64Array(FIRST_ROWS * FLOW_VALUES.length);
  /** (rows, 8): source and destination as in `PacketBatch.addresses`. */
  addresses = new Int32Array(FIRST_ROWS * 8);
  /** (rows, 3): source port, destination port, protocol. */
  ports = new Uint16Array(FIRST_ROWS * 3);
  start = new Float64Array(FIRST_ROWS);
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  add(flow: FlowRecord): void {
    this.total++;
    if (this.rows >= this.#most) return;
    if (this.rows === this.start.length) this.#grow();
    const row = this.rows++;
    this.values.set(flow.values, row * FLOW_VALUES.length);
    this.addresses.set(flow.addresses, row * 8);
    this.ports[row * 3] = flow.sourcePort;
    this.ports[row * 3 + 1] = flow.destinationPort;
    this.ports[row * 3 + 2] = flow.protocol;
    this.start[row] = flow.start;
  }

  #grow(): void {
    this.values = doubled(this.values, new Float64Array(this.values.length * 2));
    this.addresses = doubled(this.addresses, new Int32Array(this.addresses.length * 2));
    this.ports = doubled(this.ports, new Uint16Array(this.ports.length * 2));
    this.start = doubled(this.start, new Float64Array(this.start.length * 2));
  }
}

function doubled<T extends Float64Array | Int32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
