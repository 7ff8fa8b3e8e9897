import { type FSWatcher, watch } from 'node:fs';

/** A wait that ends after a time, at a wake-up or at an abort, whichever is first. A wake-up between waits is kept. */
export class Waker {
  #resolve: (() => void) | undefined;
  #pending = false;

  wake(): void {
    if (this.#resolve === undefined) this.#pending = true;
    else this.#resolve();
  }

  /** `ms` may be Infinity: then only a wake-up or the abort ends it. */
  wait(ms: number, signal: AbortSignal): Promise<void> {
    if (this.#pending || signal.aborted) {
      this.#pending = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(() => done(), ms) : undefined;
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#resolve = undefined;
        resolve();
      };
      signal.addEventListener('abort', done, { once: true });
      this.#resolve = done;
    });
  }
}

/** Wakes at changes in a folder where the system can tell of them; polling goes on either way. */
export function watchFolder(folder: string, waker: Waker): () => void {
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { persistent: false }, () => waker.wake());
    watcher.on('error', () => watcher?.close());
  } catch {
    return () => undefined;
  }
  return () => watcher?.close();
}
