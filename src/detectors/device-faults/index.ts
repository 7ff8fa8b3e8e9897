import { type Detector, define } from '../../core/index.ts';
import { config } from './config.ts';
import { DeviceFaultsDetector } from './detector.ts';

export default define<typeof config, Detector>({
  name: 'device-faults',
  summary: 'devices that send erroneous data: stuck, out of range, jumping, noisy, drifting away from their peers',
  config,
  create: (options) => new DeviceFaultsDetector(options) as unknown as Detector,
});
