import type { NetworkGroup } from './network-group.ts';

/** One series as a channel of the group that its network forecasts. */
export interface ChannelTrack {
  readonly group: NetworkGroup;
  readonly channel: number;
}
