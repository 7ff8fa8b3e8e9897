import { define } from '../../core/index.ts';
import { config } from './config.ts';
import { PacketWindows } from './detector.ts';

export { config as packetWindowsConfig, type PacketWindowsConfig } from './config.ts';
export { detectionOf as packetDetectionOf, findingOf as packetFindingOf } from './detection.ts';
export { PacketWindows } from './detector.ts';
export { distinctEpisodes, type Episode, type EpisodeEvents, type Measure } from './episodes.ts';
export { RULES, type Rule, type RuleName } from './rules.ts';

export default define({
  name: 'packet-windows',
  summary: 'floods, scans, brute force and tunnels in windows of packets',
  config,
  create: (options) => new PacketWindows(options),
});
