/**
 * Stable error codes. A message says what went wrong, where, with which value; `hint` says what to do.
 * Codes are part of the public interface (`-o json` prints them): never renamed, only added.
 */
export const ERROR_CODES = {
  CONFIG_INVALID: 'the configuration does not fit its schema',
  CONFIG_UNREADABLE: 'the configuration cannot be read',
  INPUT_MISSING: 'an input does not exist',
  INPUT_EMPTY: 'an input holds no record',
  INPUT_UNREADABLE: 'an input cannot be read',
  FORMAT_UNKNOWN: 'the format of an input is not recognised',
  FORMAT_INVALID: 'a record does not fit its format',
  MODEL_MISSING: 'no such model or version',
  MODEL_CORRUPT: 'a model file does not match its checksum',
  MODEL_MISMATCH: 'a model does not fit the data or the detector',
  DATA_INSUFFICIENT: 'there is too little data for what was asked',
  RATE_UNRESOLVABLE: 'the calibration data cannot resolve the promised rate',
  STORE_CORRUPT: 'a store cannot be opened',
  STORE_NEWER: 'a store was written by a newer version',
  STORE_FULL: 'the disk is full',
  HOME_LOCKED: 'another process owns this home',
  ALERT_MISSING: 'no such alert',
  DELIVERY_FAILED: 'a receiver did not take an alert',
  REPLAY_UNAVAILABLE: 'what the replay needs is no longer kept',
  PACKAGE_MISSING: 'an optional package is not installed',
  LIMIT_EXCEEDED: 'a configured limit was exceeded',
  UNAUTHENTICATED: 'nobody is signed in',
  FORBIDDEN: 'the caller may not do that',
  RATE_LIMITED: 'too many requests',
  USAGE: 'the command line is wrong',
  UNSUPPORTED: 'this machine or build does not support that',
  INTERNAL: 'a bug in vedette',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export class VedetteError extends Error {
  readonly code: ErrorCode;
  /** What the reader can do about it, one sentence. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VedetteError';
    this.code = code;
    this.hint = options.hint;
  }
}

/** True for Node's file-system errors that carry a code, such as ENOENT or ENOSPC. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}

/** What went wrong in words: with its cause, and where an error has no words of its own, what it gathers or its code. */
export function failureText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const gathered = error instanceof AggregateError ? [...new Set(error.errors.map(failureText))].join(', ') : '';
  const text = error.message || gathered || (isSystemError(error) ? error.code : error.name) || error.name;
  return error.cause instanceof Error ? `${text}: ${failureText(error.cause)}` : text;
}
