import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { NoveltyDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'novelty',
  summary: 'first occurrences: a value, template or pair that an entity never showed, rated by how rare new ones are',
  config,
  create: (options) => new NoveltyDetector(options) as unknown as Detector,
});
