import { AnomalyLikelihood, likelihoodSize } from './anomaly-likelihood.ts';
import { SUBSEQUENCE_LENGTHS, SubsequenceNeighbours } from './subsequence-neighbours.ts';

/** How unlike all before the latest values are. */
export interface DiscordRating {
  /** Mean over the lengths of `deviations`, none below 0; NaN while there is too little past. */
  readonly deviation: number;
  /** Per length of SUBSEQUENCE_LENGTHS: by how many of their standard deviations the recent distances exceed the earlier ones. */
  readonly deviations: Float64Array;
  /** Distances of the latest subsequences to their nearest, and the mean of all so far. */
  readonly distances: Float64Array;
  readonly usual: Float64Array;
  /** Values that it was compared with. */
  readonly known: number;
}

export interface DiscordOptions {
  /** Distances whose mean is held against all before. */
  readonly short: number;
  /** Values compared with. */
  readonly memory: number;
}

/**
 * Whether a series does something that it has not done before: the distances of its subsequences of several lengths to their
 * nearest neighbours, each turned into an anomaly likelihood, averaged over the lengths.
 */
export class Discord {
  readonly #options: DiscordOptions;
  readonly #neighbours: SubsequenceNeighbours;
  readonly #likelihoods: readonly AnomalyLikelihood[];

  constructor(options: DiscordOptions, saved?: { readonly values: Float64Array; readonly likelihoods: Float64Array }) {
    this.#options = options;
    this.#neighbours = new SubsequenceNeighbours(options.memory, saved?.values);
    const size = likelihoodSize(options.short);
    this.#likelihoods = SUBSEQUENCE_LENGTHS.map(
      (_, i) => new AnomalyLikelihood(options.short, Number.POSITIVE_INFINITY, saved?.likelihoods.slice(i * size, (i + 1) * size)),
    );
  }

  push(value: number): DiscordRating {
    const { known } = this.#neighbours;
    const distances = this.#neighbours.push(value).slice();
    const usual = distances.map((_, i) => (this.#likelihoods[i] as AnomalyLikelihood).mean);
    const deviations = distances.map((distance, i) => {
      return Number.isNaN(distance) ? Number.NaN : (this.#likelihoods[i] as AnomalyLikelihood).push(distance);
    });
    const deviation = deviations.reduce((sum, one) => sum + Math.max(0, one), 0) / deviations.length;
    return { deviation, deviations, distances, usual, known };
  }

  save(): { values: Float64Array; likelihoods: Float64Array } {
    const size = likelihoodSize(this.#options.short);
    const likelihoods = new Float64Array(SUBSEQUENCE_LENGTHS.length * size);
    for (const [i, likelihood] of this.#likelihoods.entries()) likelihoods.set(likelihood.save(), i * size);
    return { values: this.#neighbours.save(), likelihoods };
  }

  copy(): Discord {
    return new Discord(this.#options, this.save());
  }
}
