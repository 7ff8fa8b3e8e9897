import { randomUUID } from 'node:crypto';
import type { Logger } from '../../core/index.ts';
import { visible } from '../visible.ts';

interface Pino {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** The log of a program that keeps running: JSON lines on standard error, each with the run they are of. */
export async function programLog(): Promise<Logger> {
  const { pino } = await import('pino');
  const stderr = pino.destination(2);
  const log: Pino = pino(
    { name: 'vedette', base: { run: randomUUID().slice(0, 8) } },
    { write: (line: string) => stderr.write(`${visible(line.trimEnd())}\n`) },
  );
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  };
}
