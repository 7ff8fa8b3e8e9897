import type { LogBatch, ShapeColumn } from '../core/index.ts';

/** Lines of a shape that are read one by one before it is worth working out what holds for all of them. */
const READ_ALONE = 4;

/** What holds for all messages of a batch that read alike but for masked numbers, worked out once for each shape that several lines have. */
export class ShapePlans<T extends object> {
  private readonly make: (shape: ShapeColumn, code: number) => T | undefined;
  private batch: LogBatch | undefined;
  /** By shape: how many of its lines were read, then what holds for them; undefined where nothing does. */
  private plans: (number | T | undefined)[] = [];

  constructor(make: (shape: ShapeColumn, code: number) => T | undefined) {
    this.make = make;
  }

  /** Undefined where the row has to be read by itself. */
  of(batch: LogBatch, row: number): T | undefined {
    const { shape } = batch;
    if (shape === undefined) return undefined;
    if (batch !== this.batch) {
      this.batch = batch;
      this.plans = new Array(shape.text.start.length).fill(0);
    }
    const code = shape.codes[row] as number;
    if (code < 0) return undefined;
    const known = this.plans[code];
    if (typeof known !== 'number') return known;
    if (known < READ_ALONE) {
      this.plans[code] = known + 1;
      return undefined;
    }
    const plan = this.make(shape, code);
    this.plans[code] = plan;
    return plan;
  }
}
