import { z } from 'zod';
import { durationText, EVENT_SCHEMAS, type EventKind } from '../../../core/index.ts';
import { ENGINES } from './aggregates.ts';

const duration = (text: string) => durationText().describe(text);

const expression = (text: string) => z.string().min(1).max(4096).describe(text);
const columnName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,63}$/, 'a name has 1 to 64 of a-z A-Z 0-9 _, starting with a letter');

const window = z
  .strictObject({
    type: z.enum(['tumbling', 'sliding', 'session']).default('tumbling').describe('how windows follow one another'),
    size: duration('length of a tumbling or sliding window').optional(),
    slide: duration('distance of the starts of sliding windows').optional(),
    idle: duration('a session ends when its key was silent this long').optional(),
    lateness: duration('how long after its end an event may still come and re-open the window').prefault('1m'),
    empty: z
      .int()
      .min(0)
      .max(1000)
      .default(0)
      .describe('tumbling windows reported of a key that has fallen silent, so that silence is seen'),
  })
  .describe('windows over event time');

/** Event kinds that features can be made of. */
const KINDS = Object.keys(EVENT_SCHEMAS) as [EventKind, ...EventKind[]];

/** What a feature is: which events, of which key, over which windows, aggregated how. */
export const featureDeclaration = z.strictObject({
  from: z.enum(KINDS).describe('kind of events'),
  where: expression('only events for which this holds').optional(),
  derive: z.record(columnName, expression('of columns, derived ones too')).default({}).describe('further columns by name'),
  time: expression('event time in microseconds, such as time + durationMicros').default('time'),
  key: z.array(columnName).min(1).max(8).describe('columns that windows are kept apart by'),
  window,
  aggregates: z
    .record(columnName, expression('such as count(), distinct(destinationAddress), ratio(forwardBytes, backwardBytes)'))
    .refine((value) => Object.keys(value).length > 0, 'at least one aggregate is needed')
    .describe('columns of the feature'),
  engines: z.array(z.enum(ENGINES)).min(1).default(['embedded']).describe('engines that must be able to run it'),
  maxKeys: z.int().min(16).max(4_194_304).default(65_536).describe('windows held at once; the one unseen longest is closed early'),
  memory: z.int().min(1024).max(16_777_216).default(131_072).describe('values that first-seen remembers (16 bytes each, twice)'),
});

export type FeatureDeclaration = z.output<typeof featureDeclaration>;
/** As it is written: durations as text, defaults left out. */
export type FeatureInput = z.input<typeof featureDeclaration>;
