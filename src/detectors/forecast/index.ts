import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { ForecastDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'forecast',
  summary: 'readings against the forecast of their level and profile; devices that are stuck or out of range',
  config,
  create: (options) => new ForecastDetector(options) as unknown as Detector,
});
