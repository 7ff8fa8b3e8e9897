/** Trainings one after the other: together they take one CPU at most. */
export class TrainingQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(training: () => Promise<T>): Promise<T> {
    const result = this.#last.then(training);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
