import type { Registry, Sink } from '../core/index.ts';

export * from './report/index.ts';

/** Where alerts go, by name. */
export const SINKS: Registry<Sink> = {};
