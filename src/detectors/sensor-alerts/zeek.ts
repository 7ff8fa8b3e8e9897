import { define } from '../../core/index.ts';
import { config } from './config.ts';
import { SensorAlerts } from './detector.ts';

export default define({
  name: 'zeek',
  summary: 'notices of Zeek',
  config,
  create: ({ minSeverity }) => new SensorAlerts('zeek', minSeverity),
});
