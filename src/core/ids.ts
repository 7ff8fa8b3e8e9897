import { createHash, hash } from 'node:crypto';

const encoder = new TextEncoder();

/**
 * Deterministic id: the first 64 bits of SHA-256 over length-prefixed parts, as 16 hex digits. The prefixes keep
 * ("ab","c") and ("a","bc") apart. Used for alerts, templates, entities: equal content and position, equal id.
 */
export function stableId(...parts: (string | number | Uint8Array)[]): string {
  if (parts.some((part) => typeof part === 'object')) return idOfBytes(parts);
  let text = '';
  for (const part of parts) {
    const one = String(part);
    text += `${Buffer.byteLength(one)}:${one}`;
  }
  return hash('sha256', text, 'hex').slice(0, 16);
}

function idOfBytes(parts: readonly (string | number | Uint8Array)[]): string {
  const hashing = createHash('sha256');
  for (const part of parts) {
    const bytes = typeof part === 'object' ? part : encoder.encode(String(part));
    hashing.update(`${bytes.length}:`);
    hashing.update(bytes);
  }
  return hashing.digest('hex').slice(0, 16);
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** 32-bit FNV-1a over bytes[start, end): fast, not collision-proof against an attacker; verify content where it matters. */
export function fnv1a(bytes: Uint8Array, start: number, end: number, seed = 0x811c9dc5): number {
  let hash = seed | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash >>> 0;
}

/** JSON with object keys sorted, so equal values give equal bytes; what config hashes and reports are made of. */
export function canonicalJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_key, item: unknown) => (isPlainObject(item) ? sortKeys(item) : item), indent);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sortKeys(object: Record<string, unknown>): Record<string, unknown> {
  const sorted: Record<string, unknown> = {};
  for (const key of Object.keys(object).sort()) sorted[key] = object[key];
  return sorted;
}
