import type { LogBatch } from './columns.ts';
import type { EventBatch } from './events.ts';

type View = Float64Array | Int32Array | Uint8Array;

/**
 * A batch as it goes to the worker. Cloning a view clones its whole buffer, so a view over a small part of one is copied
 * first; with `give` the remaining buffers move instead of being copied (the caller's batch is then empty).
 */
export function packEvents<B extends LogBatch | EventBatch>(
  batch: B,
  give: boolean,
): { readonly batch: B; readonly transfer: readonly ArrayBuffer[] } {
  const transfer = new Set<ArrayBuffer>();
  const packed = new Map<View, View>();
  const pack = (value: unknown): unknown => {
    if (value instanceof Float64Array || value instanceof Int32Array || value instanceof Uint8Array) return packView(value);
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, pack(item)]));
  };
  const packView = (view: View): View => {
    const known = packed.get(view);
    if (known !== undefined) return known;
    const shared = view.buffer instanceof SharedArrayBuffer;
    // Buffers from Node's pool belong to others as well, and cannot be moved.
    const sparse = view.byteLength < view.buffer.byteLength;
    const own = sparse || shared ? copyOf(view) : view;
    if (give || own !== view) transfer.add(own.buffer as ArrayBuffer);
    packed.set(view, own);
    return own;
  };
  return { batch: pack(batch) as B, transfer: [...transfer] };
}

function copyOf(view: View): View {
  const copy = new Uint8Array(view.byteLength);
  copy.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  if (view instanceof Uint8Array) return copy;
  return view instanceof Float64Array ? new Float64Array(copy.buffer) : new Int32Array(copy.buffer);
}
