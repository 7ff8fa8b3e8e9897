import type { Detector, Registry } from '../core/index.ts';

/** Detectors by name; nothing is loaded before it is asked for. */
export const detectors: Registry<Detector> = {
  deeplog: () => import('./deeplog/index.ts'),
  novelty: () => import('./novelty/index.ts'),
  pca: () => import('./pca/index.ts'),
  rate: () => import('./rate/index.ts'),
  sequence: () => import('./sequence/index.ts'),
};
