import type { IncomingMessage } from 'node:http';
import { VedetteError } from '../../core/index.ts';
import { concatBytes } from '../bytes/chunks.ts';
import { Expansion } from '../bytes/expansion.ts';
import { DamagedStream, gunzip } from '../bytes/gzip.ts';
import { unzstd } from '../bytes/zstd.ts';
import { JsonAssembler } from '../records/json.ts';
import type { Intake } from './intake.ts';

/** A request that is answered with this status. */
export class Refused extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refused';
    this.status = status;
  }
}

/** The whole body, decompressed, at most `maxBytes`; `held` is told of every byte that takes memory. */
export async function readBody(
  request: IncomingMessage,
  maxBytes: number,
  held: (bytes: number) => void,
  encodings: Intake['encodings'] = {},
): Promise<Uint8Array> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  const chunks = limited(request, maxBytes);
  const expansion = new Expansion('the request body', { ratio: 1000, bytes: maxBytes });
  const whole = Object.hasOwn(encodings, encoding) ? encodings[encoding] : undefined;
  const decoded =
    encoding === 'identity' || whole !== undefined
      ? chunks
      : encoding === 'gzip'
        ? gunzip(chunks, expansion)
        : encoding === 'zstd'
          ? unzstd(chunks, 'the request body', expansion)
          : undefined;
  if (decoded === undefined) throw new Refused(415, `content-encoding ${encoding} is not supported; use gzip, zstd or identity`);
  const parts: Uint8Array[] = [];
  try {
    for await (const part of decoded) {
      held(part.length);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof DamagedStream) throw new Refused(400, `the compressed body is ${error.kind}: ${error.message}`);
    if (error instanceof VedetteError && error.code === 'LIMIT_EXCEEDED') throw new Refused(413, error.message);
    throw error;
  }
  const body = concatBytes(parts);
  if (whole === undefined) return body;
  const expanded = whole(body, maxBytes);
  held(expanded.length);
  return expanded;
}

async function* limited(request: IncomingMessage, maxBytes: number): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    received += chunk.length;
    if (received > maxBytes) throw new Refused(413, `the body is larger than ${maxBytes} bytes`);
    yield chunk;
  }
}

/** Records of a body: one per JSON document (lines, array or single), or one per line of any other type. */
export function recordsOf(body: Uint8Array, contentType: string): Uint8Array[] {
  return /json/i.test(contentType) ? jsonRecords(body) : lineRecords(body);
}

function jsonRecords(body: Uint8Array): Uint8Array[] {
  const limits = { batchBytes: Number.POSITIVE_INFINITY, maxRecordBytes: Number.POSITIVE_INFINITY };
  const from = { input: '', generation: '', offset: 0, line: 1 };
  const assembler = new JsonAssembler(from, limits, () => 0, { oversized: 0, skipped_bytes: 0 });
  const records: Uint8Array[] = [];
  for (const batch of [...assembler.push(body), ...assembler.finish()]) {
    let start = 0;
    for (const end of batch.ends ?? []) {
      records.push(trimmed(batch.bytes, start, end));
      start = end;
    }
  }
  return records;
}

function lineRecords(body: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  for (let start = 0; start < body.length; ) {
    const lf = body.indexOf(10, start);
    const end = lf === -1 ? body.length : lf;
    const record = body.subarray(start, end > start && body[end - 1] === 13 ? end - 1 : end);
    if (record.length > 0) records.push(record);
    start = end + 1;
  }
  return records;
}

function trimmed(bytes: Uint8Array, start: number, end: number): Uint8Array {
  let from = start;
  let to = end;
  while (from < to && (bytes[from] as number) <= 32) from++;
  while (to > from && (bytes[to - 1] as number) <= 32) to--;
  return bytes.subarray(from, to);
}
