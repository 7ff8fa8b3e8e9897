import type { FitProgress, SeriesFrame } from '../../core/index.ts';
import type { FitOptions, Forecaster, StorableForecaster } from './forecaster.ts';

/** Half the first forecaster, half the mean of the others: errors of unlike models cancel. */
export class BlendForecaster implements Forecaster {
  readonly name = 'blend';
  readonly members: readonly StorableForecaster[];

  constructor(members: readonly StorableForecaster[]) {
    this.members = members;
  }

  get history(): number {
    return Math.max(...this.members.map(({ history }) => history));
  }

  async fit(frame: SeriesFrame, options: FitOptions): Promise<void> {
    for (const [i, member] of this.members.entries()) {
      const progress: FitProgress = (share, loss) => options.progress?.((i + share) / this.members.length, loss);
      const { checkpoints } = options;
      const own = checkpoints && {
        read: (name: string) => checkpoints.read(`${i}-${name}`),
        write: (name: string, bytes: Uint8Array) => checkpoints.write(`${i}-${name}`, bytes),
      };
      await member.fit(frame, { ...options, seed: options.seed + i, progress, ...(own === undefined ? {} : { checkpoints: own }) });
    }
  }

  async forecast(frame: SeriesFrame, origins: Int32Array): Promise<Float64Array> {
    return blend(await Promise.all(this.members.map((member) => member.forecast(frame, origins))));
  }
}

/** Half the first, half the mean of the others. */
export function blend(forecasts: readonly Float64Array[]): Float64Array {
  const [first, ...others] = forecasts;
  if (first === undefined || others.length === 0) return first ?? new Float64Array(0);
  return first.map((value, i) => value / 2 + others.reduce((sum, other) => sum + (other[i] as number), 0) / (2 * others.length));
}
