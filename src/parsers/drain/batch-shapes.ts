import type { ShapeColumn } from '../../core/index.ts';
import { IntList } from '../bytes/int-list.ts';
import type { ShapeScanner } from './shape.ts';

/** Instead of a code: the shape is still to be added. */
export const NEW_SHAPE = -2;

/** The parameters of one line: those of the lists from `from` on. */
export interface ParameterSpans {
  readonly start: IntList;
  readonly end: IntList;
  readonly from: number;
}

/** The shapes of a batch's messages: of each the first message and what is masked in it. */
export class BatchShapes {
  /** Number, among all shapes that the miner has met, of this batch's first. */
  readonly from: number;
  private readonly start = new IntList();
  private readonly end = new IntList();
  private readonly first = new IntList();
  private readonly maskStart = new IntList(256);
  private readonly maskEnd = new IntList(256);
  private readonly parameter = new IntList(256);

  constructor(from: number) {
    this.from = from;
    this.first.push(0);
  }

  /** Code of the shape of the line scanned last, whose message is [start, end). */
  add({ masks, maskStart, maskEnd }: ShapeScanner, start: number, end: number, parameters: ParameterSpans): number {
    this.start.push(start);
    this.end.push(end);
    let at = parameters.from;
    for (let mask = 0; mask < masks; mask++) {
      const from = maskStart[mask] as number;
      const to = maskEnd[mask] as number;
      this.maskStart.push(from);
      this.maskEnd.push(to);
      while (at < parameters.end.length && (parameters.end.values[at] as number) < to) at++;
      const same = at < parameters.end.length && parameters.start.values[at] === from && parameters.end.values[at] === to;
      this.parameter.push(same ? at - parameters.from : -1);
    }
    this.first.push(this.maskStart.length);
    return this.start.length - 1;
  }

  /** `codes` by row. */
  finish(bytes: Uint8Array, codes: Int32Array): ShapeColumn {
    return {
      codes,
      text: { bytes, start: this.start.finish(), end: this.end.finish() },
      masks: { bytes, first: this.first.finish(), start: this.maskStart.finish(), end: this.maskEnd.finish() },
      parameter: this.parameter.finish(),
    };
  }
}
