import { define } from '../../core/index.ts';
import { RowDetector } from '../rows/row-detector.ts';
import { autoencoder } from './algorithm.ts';
import { config } from './config.ts';

export default define({
  name: 'autoencoder',
  summary: 'how badly a narrow network repeats a row',
  config,
  create: (options, { random }) => new RowDetector(autoencoder(options), random),
});
