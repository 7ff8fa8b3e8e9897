import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../../config/index.ts';
import type { Alert, Incident } from '../../core/index.ts';
import type { StoredDeadLetter } from '../../store/contract.ts';
import type { LabelEffectQuery } from '../label-effects.ts';
import type { SeriesNowQuery } from '../series-now.ts';
import type { TenantStatus } from '../status.ts';

/** What a pipeline worker is given at its start. */
export interface WorkerStart {
  readonly config: Config;
  readonly configHash: string;
  readonly program: string;
  /** Tenants this worker runs, each with its line to the databases. */
  readonly tenants: readonly { readonly tenant: string; readonly port: MessagePort }[];
}

/** Main thread -> worker. */
export type ToWorker =
  | { readonly kind: 'control'; readonly id: number; readonly verb: ControlVerb }
  | { readonly kind: 'retry'; readonly id: number; readonly tenant: string; readonly letters: readonly StoredDeadLetter[] }
  | { readonly kind: 'series'; readonly id: number; readonly tenant: string; readonly query: SeriesNowQuery }
  | { readonly kind: 'one-series'; readonly id: number; readonly tenant: string; readonly series: string; readonly steps: number }
  | { readonly kind: 'label-effects'; readonly id: number; readonly tenant: string; readonly queries: readonly LabelEffectQuery[] }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: WireError };

export type ControlVerb = 'status' | 'flush' | 'finish' | 'finished' | 'stop' | 'labels' | 'settings' | 'models';

/** Worker -> main thread. */
export type ToMain =
  | { readonly kind: 'started'; readonly error?: WireError }
  | { readonly kind: 'done'; readonly id: number; readonly value?: unknown; readonly error?: WireError }
  | { readonly kind: 'alerts'; readonly tenant: string; readonly alerts: readonly Alert[] }
  | { readonly kind: 'incidents'; readonly incidents: readonly Incident[] }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string; readonly fields?: Record<string, unknown> }
  | {
      readonly kind: 'store';
      readonly id: number;
      readonly tenant: string;
      readonly method: StoreMethod;
      readonly args: readonly unknown[];
    };

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What a worker may ask the main thread of a tenant's home; everything else goes to the store worker directly. */
export const STORE_METHODS = ['models.load', 'segments.open', 'segments.append', 'segments.next', 'segments.trim'] as const;

export type StoreMethod = (typeof STORE_METHODS)[number];
export type WorkerStatus = readonly TenantStatus[];

/** An error as it crosses threads. */
export interface WireError {
  readonly message: string;
  readonly code?: string;
  readonly hint?: string;
}
