import { type ErrorCode, VedetteError } from './errors.ts';

/** An error in the form that crosses threads. */
export interface Failure {
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly hint: string | undefined;
  readonly stack: string | undefined;
}

export function failureOf(error: unknown): Failure {
  const known = error instanceof VedetteError ? error : undefined;
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
  return { code: known?.code, message, hint: known?.hint, stack };
}

/** The error again, with the worker's stack as its cause. */
export function errorOf(failure: Failure): VedetteError {
  const options = failure.hint === undefined ? { cause: failure.stack } : { hint: failure.hint, cause: failure.stack };
  return new VedetteError(failure.code ?? 'INTERNAL', failure.message, options);
}
