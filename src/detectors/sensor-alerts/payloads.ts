import { define } from '../../core/index.ts';
import { config } from './config.ts';
import { SensorAlerts } from './detector.ts';

export default define({
  name: 'payload-signatures',
  summary: 'programs sent in the clear or in disguise, posts to bare addresses, self-signed servers on the internet that nobody names',
  config: config.extend({ minSeverity: config.shape.minSeverity.default(0) }),
  create: ({ minSeverity }) => new SensorAlerts('payloads', minSeverity),
});
