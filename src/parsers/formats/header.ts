import type { Micros } from '../../core/index.ts';

/**
 * What a format found in a record, filled again for every record. Spans are positions in the arena's bytes; a start of -1
 * means absent.
 */
export class Header {
  time: Micros = Number.NaN;
  hostStart = -1;
  hostEnd = 0;
  componentStart = -1;
  componentEnd = 0;
  pid = -1;
  levelStart = -1;
  levelEnd = 0;
  messageStart = 0;
  messageEnd = 0;
  /** The message as printed in the record, so that lines joined later extend it; false when it was decoded. */
  verbatim = true;
  /** What the template is made of where that is not the message. */
  typeStart = -1;
  typeEnd = 0;
  attributesStart = -1;
  attributesEnd = 0;
  readonly fieldStart: Int32Array;
  readonly fieldEnd: Int32Array;

  constructor(fields: number) {
    this.fieldStart = new Int32Array(fields).fill(-1);
    this.fieldEnd = new Int32Array(fields);
  }

  clear(): void {
    this.time = Number.NaN;
    this.hostStart = -1;
    this.componentStart = -1;
    this.pid = -1;
    this.levelStart = -1;
    this.typeStart = -1;
    this.attributesStart = -1;
    this.verbatim = true;
    const { fieldStart } = this;
    for (let i = 0; i < fieldStart.length; i++) fieldStart[i] = -1;
  }
}
