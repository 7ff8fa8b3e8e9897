import { define } from '../../core/index.ts';
import { RowDetector } from '../rows/row-detector.ts';
import { flowNovelty } from './algorithm.ts';
import { config } from './config.ts';

export default define({
  name: 'flow-novelty',
  summary: 'aggregated surprise of neighbours, autoencoder and shuffled columns',
  config,
  create: (options, { random }) => new RowDetector(flowNovelty(options), random),
});
