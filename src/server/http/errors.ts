import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, type Logger, VedetteError } from '../../core/index.ts';
import type { ErrorBody } from '../api/contract.ts';

const STATUS: Partial<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  ALERT_MISSING: 404,
  MODEL_MISSING: 404,
  INPUT_MISSING: 404,
  USAGE: 400,
  FORMAT_INVALID: 400,
  FORMAT_UNKNOWN: 400,
  CONFIG_INVALID: 400,
  DATA_INSUFFICIENT: 400,
  MODEL_MISMATCH: 400,
  UNSUPPORTED: 400,
  MODEL_CORRUPT: 409,
  LIMIT_EXCEEDED: 413,
  RATE_LIMITED: 429,
  STORE_FULL: 507,
};

export function errorBody(code: ErrorCode, message: string, hint?: string): ErrorBody {
  return { error: { code, message, ...(hint === undefined ? {} : { hint }) } };
}

/** Inside details go to the log; the caller learns what it did wrong, nothing of paths or values of others. */
export function answerErrors(log: Logger) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    if (error instanceof VedetteError) {
      const status = STATUS[error.code] ?? 500;
      if (status === 401) void reply.header('www-authenticate', 'Bearer');
      if (status === 429) void reply.header('retry-after', '60');
      if (status !== 500) {
        void reply.code(status).send(errorBody(error.code, error.message, error.hint));
        return;
      }
    }
    if (error.validation !== undefined) {
      const [issue] = error.validation;
      const where = `${error.validationContext ?? 'request'}${(issue?.instancePath ?? '').replaceAll('/', '.')}`;
      void reply.code(400).send(errorBody('USAGE', `${where}: ${issue?.message ?? 'invalid'}`));
      return;
    }
    const status = error.statusCode ?? 500;
    if (status < 500) {
      const code = status === 429 ? 'RATE_LIMITED' : status === 413 ? 'LIMIT_EXCEEDED' : 'USAGE';
      void reply.code(status).send(errorBody(code, error.message));
      return;
    }
    const route = `${request.method} ${request.routeOptions.url ?? 'unknown'}`;
    if (status !== 503) log.error('a request failed', { route, code: error.code, error: error.message, stack: error.stack ?? '' });
    const message = status === 503 ? 'busy; try again in a few seconds' : 'an internal error; the log has the details';
    void reply.code(status).send(errorBody('INTERNAL', message));
  };
}
