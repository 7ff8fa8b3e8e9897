import type { Template } from '../core/index.ts';
import type { IntList } from './bytes/int-list.ts';
import type { BatchShapes } from './drain/batch-shapes.ts';
import { type FixedTemplate, FixedTemplates } from './drain/fixed.ts';
import { type MinerOptions, TemplateMiner } from './drain/miner.ts';

/** Given templates first, then Drain. Codes of given templates come first, in the order given. */
export class TemplateAssigner {
  readonly miner: TemplateMiner;
  readonly fixed: FixedTemplates | undefined;
  private readonly base: number;
  private mined = false;

  constructor(options: Partial<MinerOptions>, fixed: readonly FixedTemplate[] = []) {
    this.miner = new TemplateMiner(options);
    this.fixed = fixed.length > 0 ? new FixedTemplates(fixed) : undefined;
    this.base = fixed.length;
  }

  get templates(): readonly Template[] {
    return this.fixed === undefined ? this.miner.templates : [...this.fixed.templates, ...this.miner.templates];
  }

  assign(bytes: Uint8Array, start: number, end: number): number {
    this.mined = false;
    if (this.fixed !== undefined) {
      const code = this.fixed.assign(bytes, start, end);
      if (code >= 0) return code;
    }
    this.mined = true;
    const code = this.miner.assign(bytes, start, end);
    return code < 0 ? -1 : code + this.base;
  }

  /** Code of the shape of the message assigned last, as the miner gives it. */
  shapeIn(shapes: BatchShapes): number {
    return this.mined ? this.miner.shapeIn(shapes) : -1;
  }

  parameters(bytes: Uint8Array, code: number, start: IntList, end: IntList): void {
    if (code >= 0 && code < this.base) this.fixed?.parameters(start, end);
    else this.miner.parameters(bytes, code < 0 ? -1 : code - this.base, start, end);
  }
}
