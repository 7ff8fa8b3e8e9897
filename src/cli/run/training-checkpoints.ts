import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FitCheckpoints } from '../../ml/index.ts';
import { checkTenantId, writeDurably } from '../../store/index.ts';
import type { CommonOptions } from '../options.ts';

/** Checkpoints of a model that is being trained; an interrupted `vedette train` goes on from them when it is called again. */
export class TrainingFolder implements FitCheckpoints {
  readonly #folder: string;

  constructor({ home, tenant }: Pick<CommonOptions, 'home' | 'tenant'>, model: string) {
    this.#folder = join(home, 'tenants', checkTenantId(tenant), 'training', encodeURIComponent(model));
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    return readFile(this.#path(name)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
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
