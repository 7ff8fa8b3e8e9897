import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { ForecastDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'forecast',
  summary: 'readings against the forecast of level, profile and small networks; devices that are stuck or out of range',
  config,
  create: (options, { now }) => new ForecastDetector(options, now) as unknown as Detector,
});
