import { define } from '../../core/index.ts';
import { RowDetector } from '../rows/row-detector.ts';
import { flowClassifier } from './algorithm.ts';
import { config } from './config.ts';

export default define({
  name: 'flow-classifier',
  summary: 'class of a flow with its probability; the score is the odds against benign',
  config,
  create: (options, { random }) => new RowDetector(flowClassifier(options), random),
});
