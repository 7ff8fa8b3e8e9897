import { isSystemError, VedetteError } from '../core/index.ts';

/** A delivery that did not happen; the outbox delivers again. `where` is the receiver as configured. */
export function deliveryFailed(sink: string, where: string, why: string, hint: string, cause?: unknown): VedetteError {
  const full = isSystemError(cause) && cause.code === 'ENOSPC';
  return new VedetteError(full ? 'STORE_FULL' : 'DELIVERY_FAILED', `${sink}: ${where}: ${why}`, { hint, cause });
}
