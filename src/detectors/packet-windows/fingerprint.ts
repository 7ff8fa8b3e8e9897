/** Hashes words one after the other into two independent 32-bit states; `value` gives 53 bits, never 0. */
export class Fingerprint {
  #a = 0;
  #b = 0;

  /** Makes the same words give other prints. */
  salt = 0;

  /** Begins anew; `kind` keeps prints of different meaning apart. */
  start(kind: number): this {
    this.#a = Math.imul(kind + 1, 0x9e3779b1);
    this.#b = Math.imul(kind + 7, 0x85ebca77);
    return this.salt === 0 ? this : this.add(this.salt);
  }

  add(word: number): this {
    this.#a = Math.imul(this.#a ^ word, 0xcc9e2d51);
    this.#a ^= this.#a >>> 15;
    this.#b = Math.imul(this.#b ^ word, 0x1b873593);
    this.#b ^= this.#b >>> 13;
    return this;
  }

  /** Four words of an address. */
  address(words: Int32Array, at: number): this {
    return this.add(words[at] as number)
      .add(words[at + 1] as number)
      .add(words[at + 2] as number)
      .add(words[at + 3] as number);
  }

  text(text: string): this {
    for (let i = 0; i < text.length; i++) this.add(text.charCodeAt(i));
    return this.add(text.length);
  }

  value(): number {
    const a = Math.imul(this.#a ^ (this.#a >>> 16), 0x85ebca6b);
    const b = Math.imul(this.#b ^ (this.#b >>> 16), 0xc2b2ae35);
    return ((a ^ (a >>> 13)) >>> 0) * 2097152 + ((b ^ (b >>> 16)) >>> 11) + 1;
  }
}
