import type { LogBatch, SequenceBatch, Template } from '../core/index.ts';
import { observedClosing } from './closing.ts';
import { featureHash, type SessionConfig, sessionConfig, sessionOptions, type WindowConfig, windowConfig } from './definition.ts';
import { discoverSessionKey } from './discover.ts';
import { observedIdle } from './idle.ts';
import { formatSessionKey, isReusable, parseSessionKey, type SessionKey } from './session-key.ts';
import { Sessionizer } from './sessionizer.ts';
import { Windower } from './windower.ts';

/** Sessions or, where no identifier fits, windows: what `Sessionizer` and `Windower` have in common. */
export interface Sequencer {
  add(batch: LogBatch, templates: readonly Template[]): void;
  advance(watermark: number): void;
  /**
   * The input ended. `whole`: leave out windows that its end cut short. With `events`, no more are closed than make up so many events to be taken; true
   * when nothing is open any more.
   */
  finish(whole?: boolean, events?: number): boolean;
  take(): SequenceBatch | undefined;
  /** Parts that changed since the last call, by name; an empty one is gone. */
  snapshot(): Readonly<Record<string, Uint8Array>>;
  /** All parts, each as `snapshot` gave it last. */
  restore(snapshot: Readonly<Record<string, Uint8Array>>): void;
}

/** A settled feature: how sequences are made of a source's lines from here on. Plain JSON. */
export interface SequenceFeature {
  /** `formatSessionKey` text, or `window`. */
  readonly by: string;
  /** One line for the operator: what was chosen and why. */
  readonly why: string;
  readonly session: SessionConfig;
  readonly window: WindowConfig;
  /** Ids of the templates that end a session, where an event that ends nearly all was found. */
  readonly ends?: readonly string[];
  /** For lineage; equal definitions, equal hash. */
  readonly hash: string;
}

export interface SequenceChoice {
  readonly session?: Partial<SessionConfig>;
  readonly window?: Partial<WindowConfig>;
  /** `window`: no sessions, whatever the lines hold. */
  readonly mode?: 'session' | 'window';
  /** `observed`: where no idle time is configured, it follows the pauses in the sample. For streams, where nothing else ends a session. */
  readonly closing?: 'observed';
}

/**
 * Settles the feature for lines like these; with `session.by: auto` the identifier is found in them. `templates` are those that the
 * lines name: of process ids, which are used again, the events that end sessions are found too.
 */
export function chooseSequences(
  sample: readonly LogBatch[],
  choice: SequenceChoice = {},
  templates: readonly Template[] = [],
): SequenceFeature {
  let session = { ...sessionConfig.parse({}), ...choice.session };
  const window = { ...windowConfig.parse({}), ...choice.window };
  let by = 'window';
  let why = 'windows per host and component: as configured';
  let ends: readonly string[] | undefined;
  if (choice.mode !== 'window') {
    const chosen: { key?: SessionKey; why: string } =
      session.by === 'auto'
        ? discoverSessionKey(sample)
        : { key: parseSessionKey(session.by), why: `sessions by ${session.by}: as configured` };
    why = chosen.why;
    if (chosen.key !== undefined) {
      by = formatSessionKey(chosen.key);
      const closing = chosen.key.kind === 'pid' && session.end === undefined ? observedClosing(sample, chosen.key, templates) : undefined;
      if (closing !== undefined) {
        ({ ends } = closing);
        session = { ...session, idle: session.idle ?? closing.idle };
      }
      const idle = choice.closing === 'observed' ? (session.idle ?? observedIdle(sample, chosen.key)) : undefined;
      if (idle !== undefined) session = { ...session, idle };
    }
  }
  const used = by === 'window' ? { by, window } : { by, session: { ...session, by }, ...(ends && { ends }) };
  return { by, why, session: { ...session, by }, window, ...(ends && { ends }), hash: featureHash(used) };
}

/** The running form of a settled feature; one per source. `withNumbers`: false where nobody looks at the numbers of events. */
export function sequencer(feature: SequenceFeature, withNumbers = true): Sequencer {
  const none = withNumbers ? {} : { numbers: 0 };
  if (feature.by === 'window') return new Windower({ ...feature.window, ...none });
  const key = parseSessionKey(feature.by);
  const ends = feature.ends && { ends: feature.ends };
  return new Sessionizer(key, { ...sessionOptions(feature.session, isReusable(key)), ...ends, ...none });
}

/** All sequences of a finite input at once. */
export function sequencesOf(
  batches: readonly LogBatch[],
  templates: readonly Template[],
  feature: SequenceFeature,
): SequenceBatch | undefined {
  const running = sequencer(feature);
  for (const batch of batches) running.add(batch, templates);
  running.finish(true);
  return running.take();
}
