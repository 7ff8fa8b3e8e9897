import { z } from 'zod';
import { durationMicros } from '../../core/index.ts';

const duration = (preset: string) => durationMicros().prefault(preset);

/** How readings become rows at fixed event-time steps. */
export const seriesConfig = z.strictObject({
  step: duration('500ms').describe('readings of one series within a step are one row: their mean, or their rate'),
  measures: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'declared features, yours or shipped ones (docs/features.md), whose figures are series too: forecast, drawn and judged like readings',
    ),
  maxSeries: z.int().min(1).max(1_000_000).default(20_000).describe('series kept; readings of further ones are counted and named'),
  silentAfter: z
    .number()
    .min(2)
    .max(1000)
    .default(8)
    .describe('usual distances of its readings after which a device counts as silent, unless it has paused for half as long twice before'),
  silentAtLeast: duration('5s').describe('shorter silences are never told of'),
  gapAfter: z
    .number()
    .min(2)
    .max(1000)
    .default(5)
    .describe('usual distances of readings after which a counter starts anew instead of being averaged'),
});

export type SeriesConfig = z.output<typeof seriesConfig>;
