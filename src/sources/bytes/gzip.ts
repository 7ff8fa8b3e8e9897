import { createGunzip, createInflateRaw, type Gunzip, type InflateRaw } from 'node:zlib';
import type { Chunks } from './chunks.ts';
import type { Expansion } from './expansion.ts';

/** At most 1,032 times as much comes out of one write, so this bounds what is in memory at once. */
const SLICE_BYTES = 16 << 10;
const OUTPUT_BYTES = 128 << 10;

/** Damage that ends a compressed input early: what came before it was delivered. */
export class DamagedStream extends Error {
  readonly kind: 'truncated' | 'corrupt';
  constructor(kind: 'truncated' | 'corrupt', message: string) {
    super(message);
    this.name = 'DamagedStream';
    this.kind = kind;
  }
}

/** Decompresses gzip, concatenated members included. Everything before damage is yielded, then DamagedStream is thrown. */
export function gunzip(chunks: Chunks, expansion: Expansion): AsyncGenerator<Uint8Array> {
  return inflate(chunks, createGunzip({ chunkSize: OUTPUT_BYTES }), expansion);
}

export function inflateRaw(chunks: Chunks, expansion: Expansion): AsyncGenerator<Uint8Array> {
  return inflate(chunks, createInflateRaw({ chunkSize: OUTPUT_BYTES }), expansion);
}

async function* inflate(chunks: Chunks, stream: Gunzip | InflateRaw, expansion: Expansion): AsyncGenerator<Uint8Array> {
  let output: Uint8Array[] = [];
  let failure: NodeJS.ErrnoException | undefined;
  let wake: (() => void) | undefined;
  stream.on('data', (bytes: Uint8Array) => output.push(bytes));
  stream.on('error', (error) => {
    failure = error;
    wake?.();
  });
  const step = (action: (done: () => void) => void) =>
    new Promise<void>((resolve) => {
      wake = resolve;
      action(resolve);
    });
  function* drain(): Generator<Uint8Array> {
    const ready = output;
    output = [];
    for (const bytes of ready) {
      expansion.add(bytes.length);
      yield bytes;
    }
  }
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && failure === undefined; at += SLICE_BYTES) {
        const slice = chunk.subarray(at, at + SLICE_BYTES);
        expansion.compressed += slice.length;
        await step((done) => stream.write(slice, done));
        yield* drain();
      }
      if (failure !== undefined) break;
    }
    if (failure === undefined) {
      await step((done) => {
        stream.once('end', done);
        stream.end();
      });
      yield* drain();
    }
    if (failure !== undefined) {
      throw new DamagedStream(failure.code === 'Z_BUF_ERROR' ? 'truncated' : 'corrupt', failure.message);
    }
  } finally {
    stream.destroy();
  }
}
