import type { MessagePort } from 'node:worker_threads';
import { ERROR_CODES, type ErrorCode, VedetteError } from '../../core/index.ts';
import type { HomeOptions } from '../contract.ts';
import type { UserService } from '../users/user-database.ts';

/** What may be called in the worker; anything else is refused. */
export const SERVICES = {
  core: ['epoch', 'commitEpoch'],
  positions: ['of'],
  alerts: [
    'get',
    'list',
    'find',
    'save',
    'setState',
    'change',
    'changeMany',
    'undoChange',
    'note',
    'scored',
    'count',
    'removeBefore',
    'groups',
    'summary',
    'lanes',
  ],
  labels: ['append', 'log', 'inForce'],
  incidents: ['get', 'list', 'find', 'save', 'change', 'note', 'ofHost', 'removeBefore'],
  expectations: ['append', 'inForce', 'log'],
  entities: ['get', 'named', 'standings', 'openAlerts', 'history', 'save', 'clock', 'latest', 'removeBefore'],
  outbox: ['due', 'done', 'failed', 'pending'],
  events: [
    'append',
    'appendUpload',
    'listUpload',
    'removeUpload',
    'appendFeatures',
    'appendDetections',
    'query',
    'countByTemplate',
    'count',
    'templates',
    'histogram',
    'hosts',
    'flows',
    'predictions',
    'talkers',
    'flowVolume',
    'detections',
    'features',
    'retain',
    'files',
    'stored',
    'size',
    'merged',
  ],
  settings: ['put', 'list', 'remove'],
  checkpoints: ['latest', 'epochs'],
  series: ['list', 'endings', 'points', 'reach', 'writeUpload', 'removeUpload', 'retain'],
  deadLetters: ['append', 'list', 'get', 'take', 'counts', 'countsBySource'],
  journal: [
    'counters',
    'addCounters',
    'observeCalibration',
    'calibration',
    'saveReport',
    'reports',
    'indexModel',
    'models',
    'audit',
    'auditLog',
  ],
} as const;

export type Service = keyof typeof SERVICES;

export type Call =
  | { readonly kind: 'open'; readonly tenant: string; readonly folder: string; readonly options: HomeOptions }
  | { readonly kind: 'close'; readonly tenant: string }
  /** Calls of the tenant are answered on the port too. */
  | { readonly kind: 'connect'; readonly tenant: string; readonly port: MessagePort }
  | { readonly kind: 'snapshot'; readonly tenant: string; readonly target: string }
  | { readonly kind: 'snapshot-users'; readonly path: string; readonly target: string }
  | {
      readonly kind: 'call';
      readonly tenant: string;
      readonly service: Service;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | {
      readonly kind: 'users';
      readonly path: string;
      readonly service: UserService;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'close-users'; readonly path: string };

export type Request = Call & { readonly id: number };

export interface SentError {
  readonly code: string;
  readonly message: string;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
}

export type Reply = { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: SentError };

export function sendableError(error: unknown): SentError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return error instanceof VedetteError
    ? { code: error.code, message, hint: error.hint, stack }
    : { code: 'INTERNAL', message, hint: undefined, stack };
}

export function receivedError({ code, message, hint, stack }: SentError): VedetteError {
  const known = (code in ERROR_CODES ? code : 'INTERNAL') as ErrorCode;
  const error = new VedetteError(known, message, hint === undefined ? {} : { hint });
  if (stack !== undefined) error.stack = stack;
  return error;
}
