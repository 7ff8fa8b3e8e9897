import type { LogBatch } from './columns.ts';
import type { EventBatch } from './events.ts';

type View = Float64Array | Int32Array | Uint8Array;

/**
 * A batch as it goes to the worker. Cloning a view clones its whole buffer, so a view over a small part of one is copied
 * first; with `give` the remaining buffers move instead of being copied (the caller's batch is then empty). `own`: buffers of
 * which nothing but the batch has views; they move as they are.
 */
export function packEvents<B extends LogBatch | EventBatch>(
  batch: B,
  give: boolean,
  own: readonly ArrayBuffer[] = [],
): { readonly batch: B; readonly transfer: readonly ArrayBuffer[] } {
  const whole = new Set<ArrayBufferLike>(own);
  const transfer = new Set<ArrayBuffer>(own);
  const packed = new Map<View, View>();
  const pack = (value: unknown): unknown => {
    if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array) return packView(value);
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]));
  };
  const packView = (view: View): View => {
    if (whole.has(view.buffer)) return view;
    const known = packed.get(view);
    if (known !== undefined) return known;
    const shared = view.buffer instanceof SharedArrayBuffer;
    // Buffers from Node's pool belong to others as well, and cannot be moved.
    const sparse = view.byteLength < view.buffer.byteLength;
    const moved = sparse || shared ? copyOf(view) : view;
    if (give || moved !== view) transfer.add(moved.buffer as ArrayBuffer);
    packed.set(view, moved);
    return moved;
  };
  return { batch: pack(batch) as B, transfer: [...transfer] };
}

function copyOf(view: View): View {
  const copy = new Uint8Array(view.byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  if (view instanceof Uint8Array) return copy;
  return view instanceof Float64Array ? new Float64Array(copy.buffer) : new Int32Array(copy.buffer);
}

/** The buffers of a log batch's columns, each once; without that of its bytes. They are moved as they are, whatever part of them the columns take up. */
export function columnBuffers(batch: LogBatch): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const gather = (value: unknown): void => {
    if (value instanceof Int32Array || value instanceof Float64Array) buffers.add(value.buffer as ArrayBuffer);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Array.isArray(value))
      for (const item of Object.values(value)) gather(item);
  };
  gather(batch);
  return [...buffers];
}
