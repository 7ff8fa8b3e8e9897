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
export { formatSessionKey, isReusable, parseSessionKey, type SessionKey } from './session-key.ts';
export { type SessionCounters, Sessionizer } from './sessionizer.ts';
export { chooseSequences, type SequenceChoice, type SequenceFeature, type Sequencer, sequencer, sequencesOf } from './sessions.ts';
export { type WindowCounters, Windower } from './windower.ts';
