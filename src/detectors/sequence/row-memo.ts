/** Results by row content, so that equal rows are worked out once; at most `bytes` of keys, then it only remembers what it has. */
export class RowMemo<T> {
  readonly #bytes: number;
  readonly #known = new Map<string, T>();
  #used = 0;

  constructor(bytes = 64 << 20) {
    this.#bytes = bytes;
  }

  of(key: string, work: () => T): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const value = work();
    const size = key.length + 200;
    if (this.#used + size <= this.#bytes) {
      this.#used += size;
      this.#known.set(key, value);
    }
    return value;
  }
}
