import { z } from 'zod';
import { GROUP_ALGORITHMS } from '../../ml/index.ts';
import { HOST_LEAST } from './host-least.ts';

export const config = z.strictObject({
  stuckAtLeast: z.int().min(2).max(10_000).default(10).describe('Equal readings in a row before a device can count as stuck.'),
  rangeMargin: z.number().min(0).max(10).default(0.15).describe('Share of the range seen by which a reading may leave it.'),
  warmUp: z.int().min(10).max(100_000).default(30).describe('Readings of a series before they are judged.'),
  limits: z
    .array(
      z.strictObject({
        series: z.string().min(1).max(1024).describe('Name of the series, * for any characters'),
        above: z.number().optional().describe('Must stay below this'),
        below: z.number().optional().describe('Must stay above this'),
      }),
    )
    .max(1000)
    .default([
      { series: '*used_ratio', above: 0.95 },
      { series: '*used_percent', above: 95 },
    ])
    .describe('Limits; that one will be crossed is told before it happens, by the forecast of the next 24 readings or by the trend.'),
  least: z
    .array(
      z.strictObject({
        series: z.string().min(1).max(1024).describe('Name of the series, * for any characters'),
        change: z.number().positive().describe('Smaller changes are never told of, in the unit of the series'),
      }),
    )
    .max(1000)
    .default([...HOST_LEAST])
    .describe(
      'Smallest change that matters, however rare it is; the first that fits counts. By default of what a host measures of itself.',
    ),
  horizonSeconds: z
    .number()
    .min(1)
    .max(31_536_000)
    .default(86_400)
    .describe('How far ahead the crossing of a limit is looked for, and no farther than its trend has lasted.'),
  networks: z
    .strictObject({
      algorithm: z
        .enum(GROUP_ALGORITHMS)
        .default('mlp')
        .describe('Network: mlp (one hidden layer), gru, lstm, tcn (convolutions over time).'),
      most: z
        .int()
        .min(0)
        .max(1000)
        .default(16)
        .describe('Networks at a time (about 70 KB for each of their channels), of the least predictable series first; 0 = none.'),
      channels: z
        .int()
        .min(1)
        .max(32)
        .default(1)
        .describe('Series of one entity that share a network, at most; 1 = each series by itself.'),
      every: z
        .int()
        .min(1)
        .max(86_400)
        .default(600)
        .describe('Seconds of event time between two steps at which networks are trained and take effect.'),
      readings: z.int().min(200).max(100_000).default(600).describe('Readings of a series before its first network is trained.'),
      perStep: z.int().min(1).max(100).default(4).describe('Trainings begun at a step.'),
    })
    .prefault({})
    .describe('Small neural networks that learn beside level and hour, used where they err less.'),
  maxSeries: z.int().min(1).max(1_000_000).default(20_000).describe('Series remembered (about 2.7 KB each); further ones are not rated.'),
});

export type ForecastConfig = ReturnType<typeof config.parse>;
