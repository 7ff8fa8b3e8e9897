import { define } from '../../core/index.ts';
import { config } from './config.ts';
import { FlowAlarm } from './detector.ts';

export default define({
  name: 'flow-alarm',
  summary: 'unknown attacks: flows between a source and a destination that are unlike ordinary ones together',
  config,
  create: (options, { random }) => new FlowAlarm(options, random),
});
