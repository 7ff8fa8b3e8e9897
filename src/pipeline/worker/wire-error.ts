import { ERROR_CODES, type ErrorCode, VedetteError } from '../../core/index.ts';
import type { WireError } from './protocol.ts';

export function toWire(error: unknown): WireError {
  if (error instanceof VedetteError) {
    return { message: error.message, code: error.code, ...(error.hint === undefined ? {} : { hint: error.hint }) };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

export function fromWire({ message, code, hint }: WireError): Error {
  if (code !== undefined && Object.hasOwn(ERROR_CODES, code))
    return new VedetteError(code as ErrorCode, message, hint === undefined ? {} : { hint });
  return new Error(message);
}
