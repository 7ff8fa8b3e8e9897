import type { LogBatch } from '../../core/index.ts';

/** Templates told apart; those of later ones count as none. */
const MOST = 65_536;

/** One code for each template of a source, whichever of its lanes mined it: codes of a batch mean something to its parser only. */
export class TemplateCodes {
  private ids: string[] = [];
  private readonly codes = new Map<string, number>();

  /** The batch with lasting codes. */
  lasting(batch: LogBatch, templateIds: readonly string[]): LogBatch {
    const known = new Int32Array(templateIds.length).fill(-2);
    const template = batch.template.map((code) => {
      if (code < 0) return code;
      if (known[code] === -2) known[code] = this.codeOf(templateIds[code] as string);
      return known[code] as number;
    });
    return { ...batch, template };
  }

  idOf(code: number): string | undefined {
    return this.ids[code];
  }

  private codeOf(id: string): number {
    const there = this.codes.get(id);
    if (there !== undefined) return there;
    if (this.ids.length >= MOST) return -1;
    this.codes.set(id, this.ids.length);
    return this.ids.push(id) - 1;
  }

  snapshot(): Uint8Array {
    return new TextEncoder().encode(JSON.stringify(this.ids));
  }

  restore(state: Uint8Array): void {
    this.ids = JSON.parse(new TextDecoder().decode(state)) as string[];
    this.codes.clear();
    for (const [code, id] of this.ids.entries()) this.codes.set(id, code);
  }
}
