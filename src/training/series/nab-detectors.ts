import type { SeriesFrame } from '../../core/index.ts';
import { AnomalyLikelihood, OnlineProfile, Refractory, ShingleNeighbours, TailScore } from '../../ml/index.ts';
import { probation } from './nab-score.ts';

/** Parts that are computed once and combined in several ways; every one is causal: row i depends on rows 0..i only. */
export interface RawScores {
  readonly shingle: Float64Array;
  readonly profile: Float64Array;
}

export function rawScores(frame: SeriesFrame): RawScores {
  const values = frame.values[0] as Float64Array;
  const shingles = new ShingleNeighbours();
  const profile = new OnlineProfile();
  return {
    shingle: values.map((value) => shingles.push(value)),
    profile: values.map((value, i) => profile.push(frame.times[i] as number, value).score),
  };
}

/** Standard deviations of the short mean above its past; 0 while learning. */
export function likelihood(raw: Float64Array, short: number): Float64Array {
  const model = new AnomalyLikelihood(short);
  return raw.map((value) => {
    const score = Number.isNaN(value) ? 0 : model.push(value);
    return Number.isNaN(score) ? 0 : Math.max(0, score);
  });
}

export function tail(raw: Float64Array): Float64Array {
  const model = new TailScore();
  return raw.map((value) => model.push(value) || 0);
}

/** 1 at alarms, 0 elsewhere; a fifth of the probation as refractory time. */
export function alarms(scores: Float64Array, threshold: number): Float64Array {
  const refractory = new Refractory(Math.round(0.2 * probation(scores.length)));
  return scores.map((score) => (refractory.push(score >= threshold) ? 1 : 0));
}

/** The combination that is published: shingles with half the profile. */
export function combined(raw: RawScores, weight = 0.5): Float64Array {
  const shingle = likelihood(raw.shingle, 20);
  const profile = likelihood(raw.profile, 10);
  return shingle.map((value, i) => value + weight * (profile[i] as number));
}

/** The benchmark's own baseline: tail probability under a normal distribution of the last 6,400 values, renewed every 100. */
export function windowedGaussian(values: Float64Array, complement: (z: number) => number): Float64Array {
  const window: number[] = [];
  let buffer: number[] = [];
  let mean = 0;
  let spread = 1;
  const update = () => {
    mean = window.reduce((sum, value) => sum + value, 0) / window.length;
    spread = Math.sqrt(window.reduce((sum, value) => sum + (value - mean) ** 2, 0) / window.length) || 1e-6;
  };
  return values.map((value, i) => {
    const score = i === 0 ? 0 : 1 - complement(Math.abs(value - mean) / spread);
    if (window.length < 6_400) {
      window.push(value);
      update();
    } else {
      buffer.push(value);
      if (buffer.length === 100) {
        window.splice(0, 100);
        window.push(...buffer);
        buffer = [];
        update();
      }
    }
    return score;
  });
}
