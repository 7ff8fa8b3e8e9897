/** The latest ids that were added, so that what comes again under the same id is told once. */
export class RecentIds {
  readonly #most: number;
  readonly #ids = new Set<string>();

  constructor(most = 10_000) {
    this.#most = most;
  }

  /** True when the id is not among the latest. */
  add(id: string): boolean {
    const isNew = !this.#ids.delete(id);
    this.#ids.add(id);
    if (this.#ids.size > this.#most) this.#ids.delete(this.#ids.values().next().value as string);
    return isNew;
  }
}
