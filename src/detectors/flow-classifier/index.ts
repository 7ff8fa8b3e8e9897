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

export default define({
  name: 'flow-classifier',
  summary: 'class of a flow with its probability; the score is the odds against benign',
  config,
  create: (options, { random }) => new RowDetector(flowClassifier(options), random),
});
