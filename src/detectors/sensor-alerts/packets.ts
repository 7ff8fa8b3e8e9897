import { define } from '../../core/index.ts';
import { config } from './config.ts';
import { SensorAlerts } from './detector.ts';

export default define({
  name: 'remote-control',
  summary: 'Windows hosts controlled from elsewhere: services, tasks, registry, WMI, directory replication, PsExec',
  config: config.extend({ minSeverity: config.shape.minSeverity.default(0) }),
  create: ({ minSeverity }) => new SensorAlerts('packets', minSeverity),
});
