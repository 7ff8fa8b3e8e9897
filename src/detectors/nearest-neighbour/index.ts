import { define } from '../../core/index.ts';
import { RowDetector } from '../rows/row-detector.ts';
import { nearestNeighbour } from './algorithm.ts';
import { config } from './config.ts';

export default define({
  name: 'nearest-neighbour',
  summary: 'how far the nearest learnt rows are',
  config,
  create: (options, { random }) => new RowDetector(nearestNeighbour(options), random),
});
