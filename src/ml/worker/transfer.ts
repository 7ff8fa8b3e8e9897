type Numbers = Int32Array | Float32Array | BigInt64Array;

/**
 * A view whose buffer can be handed to another thread: itself when it spans its whole buffer, else a copy, so that nobody
 * else's part of a shared buffer is lost.
 */
export function movable<A extends Numbers>(array: A): A {
  return array.byteLength === array.buffer.byteLength ? array : (array.slice() as A);
}

/** The buffers to transfer with a message; memory shared between threads needs no transfer. */
export function buffersOf(arrays: readonly (Numbers | undefined)[]): ArrayBuffer[] {
  const buffers = arrays.flatMap((array) => (array !== undefined && array.buffer instanceof ArrayBuffer ? [array.buffer] : []));
  return [...new Set(buffers)];
}
