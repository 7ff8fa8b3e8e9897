import { define } from '../../core/index.ts';
import { RowDetector } from '../rows/row-detector.ts';
import { halfSpaceTrees } from './algorithm.ts';
import { config } from './config.ts';

export default define({
  name: 'half-space-trees',
  summary: 'how few rows share the half-spaces a row lies in',
  config,
  create: (options, { random }) => new RowDetector(halfSpaceTrees(options), random),
});
