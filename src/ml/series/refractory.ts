/** One alarm for one anomaly: after an alarm the next `length` points raise none. */
export class Refractory {
  readonly #length: number;
  #left = 0;

  constructor(length: number) {
    this.#length = length;
  }

  push(exceeds: boolean): boolean {
    this.#left--;
    if (!exceeds || this.#left > 0) return false;
    this.#left = this.#length;
    return true;
  }
}
