/** What was last known under a fingerprint; beyond `most`, the one set longest ago is forgotten. */
export class Latest<Value> {
  readonly #most: number;
  readonly #known = new Map<number, Value>();

  constructor(most: number) {
    this.#most = most;
  }

  get(print: number): Value | undefined {
    return this.#known.get(print);
  }

  set(print: number, value: Value): void {
    this.#known.delete(print);
    this.#known.set(print, value);
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value as number);
  }

  delete(print: number): void {
    this.#known.delete(print);
  }

  snapshot(): readonly (readonly [number, Value])[] {
    return structuredClone([...this.#known]);
  }

  restore(known: readonly (readonly [number, Value])[]): void {
    this.#known.clear();
    for (const [print, value] of structuredClone(known)) this.#known.set(print, value);
  }
}
