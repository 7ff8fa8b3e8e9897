import { define } from '../../core/index.ts';
import { config } from './config.ts';
import { SensorAlerts } from './detector.ts';

export default define({
  name: 'suricata',
  summary: 'alerts of Suricata',
  config,
  create: ({ minSeverity }) => new SensorAlerts('suricata', minSeverity),
});
