import { type FlowRecord, flowHeader, flowLine } from '../../parsers/packets/index.ts';
import { FlowRows } from './flow-rows.ts';
import type { FlowTable } from './flow-table.ts';

/** Flows of a capture as rows with the columns that `parse` writes; a row's line is the number of its first packet. */
export class MeteredRows {
  readonly #input: string;
  readonly #rows: FlowRows;

  constructor(input: string, rows: FlowRows) {
    this.#input = input;
    this.#rows = rows;
    rows.columnsOf(flowHeader(true).split(','), ',');
  }

  add(flow: FlowRecord): void {
    this.#rows.add({ input: this.#input, line: flow.firstPacket, offset: flow.firstOffset, length: 0 }, flowLine(flow, true));
  }
}

/** Flows of one capture gathered while it is read for something else; what is beyond `most` is counted. */
export class MeteredFlows {
  readonly #input: string;
  readonly #most: number;
  readonly #rows: FlowRows;
  readonly #metered: MeteredRows;
  #kept = 0;
  left = 0;

  constructor(input: string, most: number) {
    this.#input = input;
    this.#most = most;
    this.#rows = new FlowRows(undefined, most);
    this.#metered = new MeteredRows(input, this.#rows);
  }

  add(flow: FlowRecord): void {
    if (this.#kept >= this.#most) {
      this.left++;
      return;
    }
    this.#kept++;
    this.#metered.add(flow);
  }

  /** Undefined without a flow. */
  table(sha256: string): FlowTable | undefined {
    return this.#kept === 0 ? undefined : this.#rows.finish([this.#input], [{ name: this.#input, sha256 }]);
  }
}
