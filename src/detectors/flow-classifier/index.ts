import { type Detector, define } from '../../core/index.ts';
import { RowDetector } from '../rows/row-detector.ts';
import { flowClassifier } from './algorithm.ts';
import { config } from './config.ts';
import type { ClassifierModel } from './model.ts';

export { techniquesOf } from './families.ts';

/** Number of the harmless class of a fitted classifier; -1 of anything else. */
export function benignClassOf(detector: Pick<Detector, 'shape'>): number {
  return detector instanceof RowDetector ? ((detector.model as Partial<ClassifierModel>).benign ?? -1) : -1;
}

/** Number of the most probable of `classes` in a row; the first of equals. */
export function mostProbable(probabilities: Float64Array, row: number, classes: number): number {
  let best = 0;
  for (let k = 1; k < classes; k++) {
    if ((probabilities[row * classes + k] as number) > (probabilities[row * classes + best] as number)) best = k;
  }
  return best;
}

export default define({
  name: 'flow-classifier',
  summary: 'class of a flow with its probability; the score is the odds against benign',
  config,
  create: (options, { random }) => new RowDetector(flowClassifier(options), random),
});
