import { clopperPearsonInterval } from '../ml/index.ts';

/** Clopper-Pearson interval of a share, `successes` of `trials`, as a pair; [0, 1] without trials: nothing is known. */
export function binomialInterval(successes: number, trials: number, confidence = 0.95): [number, number] {
  if (trials <= 0) return [0, 1];
  const { low, high } = clopperPearsonInterval(successes, trials, confidence);
  return [low, high];
}
