/** Drops `skip` bytes and one more, which is given back as `last` (undefined when the stream is shorter). */
export async function skipBytes(
  chunks: AsyncIterable<Uint8Array>,
  skip: number,
): Promise<{ last: number | undefined; rest: AsyncGenerator<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]();
  let left = skip;
  let first: Uint8Array = new Uint8Array(0);
  let last: number | undefined;
  while (last === undefined) {
    const next = await iterator.next();
    if (next.done === true) break;
    if (next.value.length > left) {
      last = next.value[left];
      first = next.value.subarray(left + 1);
    } else left -= next.value.length;
  }
  return { last, rest: rest(first, iterator) };
}

async function* rest(first: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.(undefined);
  }
}
