import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { RateDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'rate',
  summary: 'volume of a source, host or template against its daily and weekly profile, silence, and the share of errors',
  config,
  create: (options) => new RateDetector(options) as unknown as Detector,
});
