import { z } from 'zod';

export const config = z.strictObject({
  learn: z.int().min(100).max(1_000_000).default(2_000).describe('Readings of a series that it learns from before it judges.'),
  stuckFactor: z.number().min(1).max(100).default(2).describe('Stuck: equal readings in a row, in longest runs learnt.'),
  stuckAtLeast: z.int().min(2).max(10_000).default(10).describe('Stuck: at least so many equal readings in a row.'),
  rangeMargin: z.number().min(0).max(10).default(0.15).describe('Range: share of the range learnt by which a reading may leave it.'),
  jumpFactor: z.number().min(1).max(100).default(2).describe('Jump: change from one reading to the next, in largest changes learnt.'),
  noiseFactor: z.number().min(1).max(100).default(1.8).describe('Noise: median size of the last 60 changes, in largest ones learnt.'),
  driftFactor: z
    .number()
    .min(1)
    .max(100)
    .default(2.5)
    .describe('Drift from peers: smoothed deviation, in largest deviations of held-back readings.'),
  driftFactorAlone: z
    .number()
    .min(1)
    .max(100)
    .default(1.5)
    .describe('Drift from the own level, where peers explain too little: the same, smoothed over about 100 readings.'),
  peerFit: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe('Drift: share of a series (R²) that the others of its entity must explain; else it is held against its own level.'),
  maxPeers: z.int().min(2).max(64).default(24).describe('Series of one entity that are compared with one another, the first to appear.'),
  maxSeries: z.int().min(1).max(1_000_000).default(20_000).describe('Series remembered (about 14 KB each); further ones are not rated.'),
});

export type DeviceFaultsConfig = ReturnType<typeof config.parse>;
