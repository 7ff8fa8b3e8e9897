import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { SequenceDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'sequence',
  summary: 'sessions that differ from normal ones in events, counts or order; four comparisons combined',
  config,
  create: (options) => new SequenceDetector(options) as unknown as Detector,
});
