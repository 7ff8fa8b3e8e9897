import type { Detector, ScoreBatch, SeriesBatch, SeriesFrame } from '../../core/index.ts';
import { AnomalyLikelihood, OnlineProfile, Refractory } from '../../ml/index.ts';
import { createDetector } from '../train.ts';
import { probation } from './nab-score.ts';
import { readingsOf } from './readings-of.ts';

/** The scores of a detector that has learnt nothing yet, reading by reading; 0 where it does not judge. Causal: row i depends on rows 0..i. */
export async function detectorScores(
  name: string,
  frame: SeriesFrame,
  options: unknown = {},
): Promise<Required<ScoreBatch>['arms'] & { readonly score: Float64Array }> {
  const { detector } = (await createDetector(name, options)) as unknown as { detector: Detector<SeriesBatch> };
  const { score, arms } = await detector.score(readingsOf(frame, 'series'));
  const judged = (values: Float64Array) => values.map((value) => (Number.isNaN(value) ? 0 : value));
  return { ...Object.fromEntries(Object.entries(arms ?? {}).map(([arm, values]) => [arm, judged(values)])), score: judged(score) };
}

/** Deviations of readings from level and hour, in standard deviations of the mean of the last `short` above all before. */
export function profileLikelihood(frame: SeriesFrame, short: number): Float64Array {
  const profile = new OnlineProfile();
  const model = new AnomalyLikelihood(short);
  return (frame.values[0] as Float64Array).map((value, i) => {
    const { score } = profile.push(frame.times[i] as number, value);
    return Number.isNaN(score) ? 0 : Math.max(0, model.push(score)) || 0;
  });
}

/** 1 at alarms, 0 elsewhere; a fifth of the probation as refractory time. */
export function alarms(scores: Float64Array, threshold: number): Float64Array {
  const refractory = new Refractory(Math.round(0.2 * probation(scores.length)));
  return scores.map((score) => (refractory.push(score >= threshold) ? 1 : 0));
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
