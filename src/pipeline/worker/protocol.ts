import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../../config/index.ts';
import type { Alert, Incident } from '../../core/index.ts';
import type { StoredDeadLetter } from '../../store/contract.ts';
import type { LabelEffectQuery } from '../label-effects.ts';
import type { SeriesNowQuery } from '../series-now.ts';
import type { TenantStatus } from '../status.ts';

/** How a pipeline worker is to run a tenant. */
export interface TenantChange {
  readonly tenant: string;
  readonly config: Config;
  readonly configHash: string;
  readonly program: string;
}

/** A tenant that a pipeline worker is to run. */
export interface TenantStart extends TenantChange {
  /** Its line to the databases. */
  readonly port: MessagePort;
}

/** Main thread -> worker. */
export type ToWorker =
  | { readonly kind: 'control'; readonly id: number; readonly verb: ControlVerb }
  /** Answered once it is restored and reads. */
  | { readonly kind: 'start'; readonly id: number; readonly start: TenantStart }
  /** A tenant goes on by another configuration; answered with whether it runs, so that it could. */
  | { readonly kind: 'change'; readonly id: number; readonly change: TenantChange }
  /** Answered once what it read is committed; the others go on. */
  | { readonly kind: 'end'; readonly id: number; readonly tenant: string }
  /** Answered when every source of the tenant has ended, or with why it failed. */
  | { readonly kind: 'finished'; readonly id: number; readonly tenant: string }
  | { readonly kind: 'retry'; readonly id: number; readonly tenant: string; readonly letters: readonly StoredDeadLetter[] }
  | { readonly kind: 'series'; readonly id: number; readonly tenant: string; readonly query: SeriesNowQuery }
  | { readonly kind: 'one-series'; readonly id: number; readonly tenant: string; readonly series: string; readonly steps: number }
  | { readonly kind: 'label-effects'; readonly id: number; readonly tenant: string; readonly queries: readonly LabelEffectQuery[] }
  | { readonly kind: 'answer'; readonly id: number; readonly value?: unknown; readonly error?: WireError };

export type ControlVerb = 'status' | 'flush' | 'finish' | 'stop' | 'labels' | 'settings' | 'models';

/** Worker -> main thread. */
export type ToMain =
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
