import { gzipSync } from 'node:zlib';
import { DELIVERY_HEADERS, type RecordBatch, recordEnds } from '../core/index.ts';
import type { SegmentEntry } from '../store/index.ts';
import type { RecordKind } from './config.ts';

/** A batch as the server's sources take it. */
export interface DeliveryRequest {
  /** Below the endpoint. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Who sends. */
export interface Sender {
  /** As long as the spool is the same. */
  readonly collector: string;
  /** Of the host. */
  readonly host: string;
  readonly source: string;
}

const LF = 10;
/** Smaller bodies are not worth compressing. */
const COMPRESS_FROM = 1024;

export function requestOf({ sequence, batch }: SegmentEntry, kind: RecordKind, { collector, host, source }: Sender): DeliveryRequest {
  const named = {
    [DELIVERY_HEADERS.collector]: collector,
    [DELIVERY_HEADERS.stream]: source,
    [DELIVERY_HEADERS.sequence]: String(sequence),
  };
  if (kind === 'packets') {
    const sensor = `${host}.${source}`.slice(0, 64);
    return {
      path: `/capture/${sensor}/${sequence - 1}`,
      headers: { ...named, 'content-type': 'application/vnd.tcpdump.pcap' },
      body: batch.bytes,
    };
  }
  const plain = kind === 'readings' ? arrayOf(batch) : linesOf(batch);
  const headers = {
    ...named,
    [DELIVERY_HEADERS.input]: encodeURIComponent(`${host}/${source}/${batch.input}`.replaceAll(/\.\.?(?=\/|$)/g, '_').slice(0, 300)),
    'content-type': kind === 'readings' ? 'application/json' : 'text/plain; charset=utf-8',
  };
  if (plain.length < COMPRESS_FROM) return { path: '', headers, body: plain };
  return { path: '', headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(plain, { level: 1 }) };
}

/** Every record a line. */
function linesOf(batch: RecordBatch): Uint8Array {
  if (batch.ends === undefined) return batch.bytes;
  const ends = batch.ends;
  const lines = new Uint8Array(batch.bytes.length + ends.length);
  let [at, start] = [0, 0];
  for (const end of ends) {
    lines.set(batch.bytes.subarray(start, end), at);
    at += end - start;
    if (at > 0 && lines[at - 1] !== LF) lines[at++] = LF;
    start = end;
  }
  return lines.subarray(0, at);
}

function arrayOf(batch: RecordBatch): Uint8Array {
  const parts: string[] = [];
  let start = 0;
  for (const end of recordEnds(batch)) {
    parts.push(Buffer.from(batch.bytes.subarray(start, end)).toString('utf8').trim());
    start = end;
  }
  return Buffer.from(`[${parts.filter((part) => part !== '').join(',')}]`);
}
