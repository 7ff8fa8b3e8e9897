import { z } from 'zod';
import { acceptedText, canonicalJson, durationMicros, sha256Hex } from '../core/index.ts';
import { parseSessionKey } from './session-key.ts';

/** Part of every feature's hash: raised when the same definition yields other features. */
export const FEATURE_VERSION = 1;

const duration = durationMicros(false);

const by = acceptedText((text) => text === 'auto' || parseSessionKey(text));
const pattern = acceptedText((text) => new RegExp(text, 'u'));

export const sessionConfig = z.strictObject({
  by: by.default('auto').describe('what groups lines: auto, pid, ip, uuid, host, a prefix such as blk_, "user <*>", field:NAME, /regex/'),
  idle: duration.optional().describe('a session ends when its key was silent this long; found from the data when absent'),
  lateness: duration.default(60_000_000).describe('how late a line may arrive and still join its session'),
  end: pattern.optional().describe('regular expression on the template that ends a session'),
  maxOpen: z.int().min(1).default(200_000).describe('open sessions kept in memory; the least recently used closes first'),
  maxOpenEvents: z.int().min(1).default(4_000_000).describe('events of open sessions kept in memory'),
  maxEvents: z.int().min(1).default(10_000).describe('events of one session; the rest goes on as a further part'),
  numbers: z.int().min(0).max(16).default(4).describe('leading parameters whose numbers are kept for the parameter model'),
});

export const windowConfig = z.strictObject({
  size: duration.default(300_000_000).describe('length of a window'),
  slide: duration.optional().describe('distance of window starts; absent = the size (tumbling)'),
  lateness: duration.default(60_000_000).describe('how late a line may come and still re-open its window'),
  by: z
    .array(z.enum(['host', 'component']))
    .default(['host', 'component'])
    .describe('what each window is kept for, besides the source'),
  maxOpen: z.int().min(1).default(50_000).describe('open windows kept in memory'),
  maxOpenEvents: z.int().min(1).default(4_000_000).describe('events of open windows kept in memory'),
  maxEvents: z.int().min(1).default(10_000).describe('events of one window; the rest goes on as a further part'),
  numbers: z.int().min(0).max(16).default(4).describe('leading parameters whose numbers are kept'),
});

export type SessionConfig = z.output<typeof sessionConfig>;
export type WindowConfig = z.output<typeof windowConfig>;

/** What a Sessionizer runs on: the configuration with the idle time settled. */
export interface SessionOptions {
  readonly idle: number;
  readonly lateness: number;
  readonly end?: string | undefined;
  /** Ids of the templates that end a session besides. */
  readonly ends?: readonly string[];
  readonly maxOpen: number;
  readonly maxOpenEvents: number;
  readonly maxEvents: number;
  readonly numbers: number;
  readonly seed: number;
}

const HOUR = 3_600_000_000;
/** Identifiers that are never given twice wait a day; addresses, users, process ids come back, so a pause of 15 minutes parts them. */
export const IDLE_UNIQUE = 24 * HOUR;
export const IDLE_REUSABLE = HOUR / 4;

export function sessionOptions(config: SessionConfig, reusable: boolean, seed = 0): SessionOptions {
  const { by: _by, idle, ...rest } = config;
  return { ...rest, idle: idle ?? (reusable ? IDLE_REUSABLE : IDLE_UNIQUE), seed };
}

/** Names the features a model was trained on; equal definitions give equal hashes on every machine. */
export function featureHash(definition: unknown): string {
  return sha256Hex(canonicalJson({ version: FEATURE_VERSION, definition })).slice(0, 16);
}
