import type { RecordBatch } from '../../core/index.ts';

const MOST = 4096;

/** Identity of the physical input behind each input name; the one unused longest makes room. */
export class Generations extends Map<string, string> {
  remember({ input, generation }: RecordBatch): void {
    this.delete(input);
    this.set(input, generation);
    if (this.size <= MOST) return;
    const oldest = this.keys().next().value;
    if (oldest !== undefined) this.delete(oldest);
  }
}
