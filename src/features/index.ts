export { COMMON_SHARE, type CoreRows, coreRows } from './common-patterns.ts';
export * from './declared/index.ts';
export {
  featureHash,
  type SessionConfig,
  type SessionOptions,
  sessionConfig,
  sessionOptions,
  type WindowConfig,
  windowConfig,
} from './definition.ts';
export { type Discovery, discoverSessionKey, type KeyScore } from './discover.ts';
export * from './flows/index.ts';
export { OBSERVED, type ObservationConfig, Observer, observationConfig } from './observations.ts';
export { FLOW_COLUMNS, type PairConfig, PairWindows, pairConfig } from './pairs/index.ts';
export { type SeriesConfig, seriesConfig } from './series/config.ts';
export { counterStep } from './series/counter.ts';
export { FeatureSeries, figureOwner } from './series/feature-series.ts';
export { seriesName } from './series/series-table.ts';
export { FAMILIAR, LONGER, notePause } from './series/silence-rule.ts';
export { type SeriesCounters, SeriesStepper, type Silence } from './series/stepper.ts';
export { formatSessionKey, isReusable, parseSessionKey, type SessionKey } from './session-key.ts';
export { type SessionCounters, Sessionizer } from './sessionizer.ts';
export { chooseSequences, type SequenceChoice, type SequenceFeature, type Sequencer, sequencer, sequencesOf } from './sessions.ts';
export { Tiers } from './tiers.ts';
export { type VolumeConfig, VolumeCounter, volumeConfig } from './volume.ts';
export { EventTime } from './watermark.ts';
export { type WindowCounters, Windower } from './windower.ts';
