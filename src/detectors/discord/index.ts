import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { DiscordDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'discord',
  summary: 'readings that run unlike any stretch of the series before',
  config,
  create: (options) => new DiscordDetector(options) as unknown as Detector,
});
