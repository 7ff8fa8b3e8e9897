import { define } from '../../core/index.ts';
import { RowDetector } from '../rows/row-detector.ts';
import { isolationForest } from './algorithm.ts';
import { config } from './config.ts';

export default define({
  name: 'isolation-forest',
  summary: 'how few random cuts part a row from the others',
  config,
  create: (options, { random }) => new RowDetector(isolationForest(options), random),
});
