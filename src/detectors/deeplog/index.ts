import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { DeepLogDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'deeplog',
  summary: 'sessions whose next events a recurrent network did not expect; explains the expected steps',
  config,
  create: (options) => new DeepLogDetector(options) as unknown as Detector,
});
