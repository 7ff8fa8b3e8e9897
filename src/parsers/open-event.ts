import type { Micros } from '../core/index.ts';
import type { Header } from './formats/header.ts';
import type { OthersState } from './mixed/other-formats.ts';

/** The last event of a batch, which further lines may join. */
export class OpenEvent {
  /** In the batch; -1 where there is none. */
  row = -1;
  /** Where its first record begins, in the batch and in its input, and the number of its line. */
  start = 0;
  origin = 0;
  line = 0;
  /** What its template is made of. */
  mineStart = 0;
  mineEnd = 0;
  /** Its message is as printed, so that lines can be joined to it. */
  verbatim = true;
  lines = 0;
  /** A format other than the main one read it. */
  isOther = false;
  /** What was known before it, so that it can be read again with what comes after it. */
  others: OthersState | undefined;
  timeBefore: Micros = Number.NaN;
  private readonly byType: boolean;

  /** `byType`: templates are made of an event's type where its header names one. */
  constructor(byType: boolean) {
    this.byType = byType;
  }

  begin(
    row: number,
    header: Header,
    start: number,
    origin: number,
    line: number,
    others: OthersState | undefined,
    timeBefore: Micros,
  ): void {
    const hasType = this.byType && header.typeStart >= 0;
    this.row = row;
    this.start = start;
    this.origin = origin;
    this.line = line;
    this.mineStart = hasType ? header.typeStart : header.messageStart;
    this.mineEnd = hasType ? header.typeEnd : header.messageEnd;
    this.verbatim = header.verbatim;
    this.lines = 1;
    this.others = others;
    this.timeBefore = timeBefore;
  }
}
