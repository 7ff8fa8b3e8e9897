import type { z } from 'zod';
import type { FeatureFactory, FeatureText } from './feature.ts';

/** What a component gets besides its configuration; nothing else reaches into it. */
export interface ComponentContext {
  readonly name: string;
  readonly log: Logger;
  /** Microseconds since 1970; injected, so a replay sees the times of the first run. */
  readonly now: () => number;
  readonly random: () => number;
  /** Of sources: the kind of records it is to give, one of its definition's `records`. */
  readonly records?: string;
  /** Of sources: a Parquet file as lines of JSON, an object a row, the same bytes each time; absent where its rows are no use. */
  readonly parquetLines?: (path: string) => AsyncIterable<Uint8Array>;
  /** Makes declared features run, for detectors that work on them. */
  readonly features?: FeatureFactory;
  /** Of detectors: the types of all detectors of the same source. */
  readonly beside?: readonly string[];
  /** Features that the configuration declares, by name. */
  readonly declared?: Readonly<Record<string, FeatureText>>;
}

export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * One definition of a component: help text, reference page, JSON Schema and configuration errors come from it.
 * `config` is a zod strict object whose every key has a description and, where it can, a default.
 */
export interface Definition<Config extends z.ZodType, Component> {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  readonly config: Config;
  /** Of sources: kinds of records it can give, the usual one first; absent = log lines. Each kind has a lane in the pipeline. */
  readonly records?: readonly string[];
  /** Of sources: the log format of lines that have no more special one, where none is configured; absent = `plain`. */
  readonly format?: string;
  create(config: z.output<Config>, context: ComponentContext): Component;
}

export function define<Config extends z.ZodType, Component>(definition: Definition<Config, Component>): Definition<Config, Component> {
  return definition;
}

/** The explicit map of a stage folder's `index.ts`: name -> lazy import. */
export type Registry<Component> = Record<string, () => Promise<{ default: Definition<z.ZodType, Component> }>>;
