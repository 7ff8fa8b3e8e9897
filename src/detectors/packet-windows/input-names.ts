import type { PacketBatch } from '../../core/index.ts';

/** Open windows reach back into no more inputs than this. */
const MOST = 1024;

/** Names of the inputs that windows began in, by their number. */
export class InputNames {
  readonly #names = new Map<number, string>();

  note({ inputCode, input }: PacketBatch): void {
    if (this.#names.get(inputCode) === input) return;
    this.#names.delete(inputCode);
    this.#names.set(inputCode, input);
    if (this.#names.size > MOST) this.#names.delete(this.#names.keys().next().value as number);
  }

  get(code: number): string | undefined {
    return this.#names.get(code);
  }

  snapshot(): readonly (readonly [number, string])[] {
    return [...this.#names];
  }

  restore(names: readonly (readonly [number, string])[]): void {
    this.#names.clear();
    for (const [code, name] of names) this.#names.set(code, name);
  }
}
