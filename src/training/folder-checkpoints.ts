import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '../core/index.ts';
import type { FitCheckpoints } from '../ml/index.ts';
import { writeDurably } from '../store/index.ts';

/** Checkpoints of a model that is being trained, as files of a folder of their own: what was interrupted goes on from them. */
export class FolderCheckpoints implements FitCheckpoints {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return readFile(this.#path(name)).catch((error: unknown) => {
      if (isSystemError(error) && error.code === 'ENOENT') return undefined;
      throw error;
    });
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    await writeDurably(this.#path(name), bytes);
  }

  /** Once the model is registered. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.#folder, `${encodeURIComponent(name)}.checkpoint`);
  }
}
