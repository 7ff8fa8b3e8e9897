import { pack, unpack, VedetteError } from '../../core/index.ts';
import type { TrainingCheckpoint } from '../train/options.ts';
import type { FitCheckpoints } from './forecaster.ts';

interface Header {
  readonly kind: 'training-checkpoint';
  readonly key: string;
  readonly step: number;
  readonly epoch: number;
  readonly loss: number | null;
}

/** Checkpoints of one training, told by a key of its data and options; those of another training are as good as none. */
export class TrainingCheckpoints {
  readonly #store: FitCheckpoints;
  readonly #name: string;
  readonly #key: string;
  #written: Promise<void> = Promise.resolve();

  constructor(store: FitCheckpoints, name: string, key: string) {
    this.#store = store;
    this.#name = name;
    this.#key = key;
  }

  async read(): Promise<TrainingCheckpoint | undefined> {
    const bytes = await this.#store.read(this.#name);
    if (bytes === undefined) return undefined;
    try {
      const packed = unpack(bytes);
      const header = packed.header as Header;
      if (header.kind !== 'training-checkpoint' || header.key !== this.#key) return undefined;
      const state = { theta: packed.float32('theta'), m: packed.float32('m'), v: packed.float32('v'), step: header.step };
      return { state, best: { epoch: header.epoch, loss: header.loss ?? Number.POSITIVE_INFINITY, theta: packed.float32('best') } };
    } catch (error) {
      // A damaged checkpoint costs time, not the training.
      if (error instanceof VedetteError) return undefined;
      throw error;
    }
  }

  write({ state, best }: TrainingCheckpoint): void {
    const loss = Number.isFinite(best.loss) ? best.loss : null;
    const header: Header = { kind: 'training-checkpoint', key: this.#key, step: state.step, epoch: best.epoch, loss };
    const bytes = pack(header, { theta: state.theta, m: state.m, v: state.v, best: best.theta });
    this.#written = this.#written.then(() => this.#store.write(this.#name, bytes));
    // Told by `finish`.
    this.#written.catch(() => undefined);
  }

  /** Once all that was given is kept. Rejects when it could not be. */
  finish(): Promise<void> {
    return this.#written;
  }
}
