import type { z } from 'zod';

/** What a component's definition tells the configuration; `Definition` of core fits it. */
export interface ComponentSchema {
  readonly name: string;
  readonly summary: string;
  readonly config: z.ZodType;
}

/** The components a configuration may name. The pipeline fills it from the stage folders' maps. */
export interface Catalogue {
  readonly sources: readonly ComponentSchema[];
  readonly sinks: readonly ComponentSchema[];
  readonly detectors: readonly ComponentSchema[];
  /** Kinds of records that have a lane. */
  readonly records: readonly [string, ...string[]];
  /** Options of the log parser (format, time zone, template mining), shared by every source. */
  readonly parser: z.ZodType;
  /** Options of sessions and windows. */
  readonly features: z.ZodType;
  /** What of a tenant's records is replaced by pseudonyms; the key is the configuration's own. */
  readonly pseudonyms: z.ZodObject;
  /** Features declared by the configuration itself. */
  readonly declared: z.ZodType;
}
