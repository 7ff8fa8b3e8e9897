import { z } from 'zod';
import { VedetteError } from '../../core/index.ts';
import { type Fields, isFields, text } from '../sensor/fields.ts';
import { type LineResult, type SensorLineParser, sensorLineParser } from '../sensor/lines.ts';
import { fieldsOf, headerAfter, NO_HEADER, type ZeekHeader } from './header.ts';
import { logOf } from './logs.ts';
import { general, ROWS } from './rows.ts';

/** Inputs whose header is remembered; the one seen first is forgotten and its lines go to the dead letters. */
const MAX_INPUTS = 10_000;

export interface ZeekParser extends SensorLineParser {
  /** The headers of TSV inputs, without which the lines that follow mean nothing. */
  snapshot(): Uint8Array;
  restore(bytes: Uint8Array): void;
}

const header = z.object({
  separator: z.string(),
  unset: z.string(),
  empty: z.string(),
  path: z.string(),
  fields: z.array(z.string()).max(1000),
});
const state = z.array(z.tuple([z.string(), header])).max(MAX_INPUTS);

/**
 * Zeek's logs, TSV or JSON -> flow, dns, http, tls and signature (notice, weird) events; ssh is a flow with attributes; any other log
 * becomes events of kind host, whose action is the name of the log.
 */
export function createZeekParser(source: string): ZeekParser {
  const headers = new Map<string, ZeekHeader>();
  const parseLine = (line: string, input: string): LineResult => {
    if (line === '') return undefined;
    if (line.startsWith('#')) {
      headers.set(input, headerAfter(headers.get(input) ?? NO_HEADER, line));
      if (headers.size > MAX_INPUTS) headers.delete(headers.keys().next().value as string);
      return undefined;
    }
    return zeekRow(line, headers.get(input), input);
  };
  return {
    ...sensorLineParser(source, parseLine),
    snapshot: () => new TextEncoder().encode(JSON.stringify([...headers])),
    restore(bytes) {
      const read = state.safeParse(parsed(new TextDecoder().decode(bytes)));
      if (!read.success) {
        throw new VedetteError('STORE_CORRUPT', 'the state of the Zeek parser cannot be read', {
          hint: 'Remove it and read the logs again.',
        });
      }
      headers.clear();
      for (const [input, one] of read.data) headers.set(input, one);
    },
  };
}

function zeekRow(line: string, known: ZeekHeader | undefined, input: string): LineResult {
  let fields: Fields | undefined;
  if (line.startsWith('{')) {
    const value = parsed(line);
    if (!isFields(value)) return { reason: 'it is no JSON object' };
    fields = value;
  } else {
    if (known === undefined || known.fields.length === 0) return { reason: 'it comes before a #fields header' };
    fields = fieldsOf(known, line);
    if (fields === undefined) return { reason: `it has not the ${known.fields.length} fields of its header` };
  }
  const path = text(fields, '_path', '@stream') ?? (known !== undefined && known.path !== '' ? known.path : logOf(input, fields));
  return (Object.hasOwn(ROWS, path) ? (ROWS[path] ?? general) : general)(fields, path);
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
