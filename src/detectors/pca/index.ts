import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { PcaDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'pca',
  summary: 'event counts that do not rise and fall together as in normal sessions',
  config,
  create: (options) => new PcaDetector(options) as unknown as Detector,
});
