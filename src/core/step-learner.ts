import type { Micros } from './time.ts';

/**
 * Beside the detector contract: what is learnt apart from scoring (a network in a worker) and takes effect at fixed event
 * times only. The rows before `at` have been observed when `step` is called, those from `at` on have not been scored.
 */
export interface StepLearner {
  /** Event time between two steps; 0 = there are none. */
  readonly every: Micros;
  step(at: Micros): Promise<void>;
  /** Ends what learns in the background; a thread that is killed within the runtime would take the process with it. */
  close(): Promise<void>;
}

export function isStepLearner(detector: object): detector is StepLearner {
  return 'every' in detector && 'step' in detector;
}
