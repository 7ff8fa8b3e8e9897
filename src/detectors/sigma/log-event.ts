import { type DictColumn, dictAt, type LogBatch, textAt } from '../../core/index.ts';
import { peerAddress } from './peer-address.ts';
import { type RequestFields, requestOf } from './request-fields.ts';

/** A log event as rules see it. */
export interface LogEvent {
  readonly fields: Readonly<Record<string, unknown>>;
  /** It tells of a request to a web server. */
  readonly webserver: boolean;
}

/**
 * Row of a batch -> fields under the names that rules use: header fields as printed, ECS names, what is nested in a structured
 * record, the parts of an HTTP request (`cs-method`, `c-uri`, `sc-status`, `c-useragent`), words of the form KEY=value, and
 * `SourceIp`: the peer that the line is about.
 */
export function logEventOf(batch: LogBatch, row: number): LogEvent {
  const message = textAt(batch.message, row);
  const fields: Record<string, unknown> = { ...structured(batch, row) };
  for (const [name, column] of Object.entries(batch.fields ?? {})) {
    const text = textAt(column, row);
    if (text !== '' && fields[name] === undefined) fields[name] = text;
  }
  fields.message ??= message;
  set(fields, 'host.name', batch.host, row);
  set(fields, 'process.name', batch.component, row);
  set(fields, 'log.level', batch.level, row);
  const pid = batch.pid[row] as number;
  if (pid >= 0) fields['process.pid'] ??= pid;
  for (const [, key, value] of message.matchAll(UPPER_PAIR)) fields[key as string] ??= value;
  const request: RequestFields | undefined = requestOf(fields, message);
  if (request !== undefined) Object.assign(fields, request);
  const peer = peerAddress(fields, message);
  if (peer !== undefined) fields.SourceIp ??= peer;
  return { fields, webserver: request !== undefined };
}

/** `SRC=10.0.0.1 DPT=22` of the kernel's packet filter. */
const UPPER_PAIR = /(?<=^|\s)([A-Z]{2,8})=([^\s]{1,64})/g;

function structured(batch: LogBatch, row: number): Readonly<Record<string, unknown>> {
  const { attributes } = batch;
  if (attributes === undefined || (attributes.start[row] as number) < 0) return {};
  try {
    const value: unknown = JSON.parse(textAt(attributes, row));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function set(fields: Record<string, unknown>, name: string, column: DictColumn, row: number): void {
  const value = dictAt(column, row);
  if (value !== undefined && value !== '') fields[name] ??= value;
}
