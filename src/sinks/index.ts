import type { Registry, Sink } from '../core/index.ts';

export * from './forms/index.ts';
export * from './report/index.ts';
export * from './structured-log/index.ts';

/** Where alerts go, by name. */
export const SINKS: Registry<Sink> = {
  file: () => import('./file/index.ts'),
  webhook: () => import('./webhook/index.ts'),
  syslog: () => import('./syslog/index.ts'),
  mail: () => import('./mail/index.ts'),
  slack: () => import('./slack/index.ts'),
};
