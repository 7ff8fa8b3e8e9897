import { setTimeout as sleep } from 'node:timers/promises';
import type { Chunks } from './chunks.ts';

/** Passes bytes on at no more than `bytesPerSecond`, so that reading leaves the disk to others. */
export async function* throttle(chunks: Chunks, bytesPerSecond: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const start = performance.now();
  let passed = 0;
  for await (const chunk of chunks) {
    yield chunk;
    passed += chunk.length;
    const aheadMs = (passed / bytesPerSecond) * 1000 - (performance.now() - start);
    if (aheadMs > 1) await sleep(aheadMs, undefined, signal === undefined ? {} : { signal }).catch(ignoreAbort);
    if (signal?.aborted === true) return;
  }
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error && error.name === 'AbortError')) throw error;
}
