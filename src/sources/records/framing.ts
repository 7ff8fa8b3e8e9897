/** How an input's records are told apart: by lines, as documents of JSON text, or not at all (binary streams: `pieces`). */
export type Framing = 'lines' | 'json' | 'pieces';

const HEAD_BYTES = 64 << 10;
const JSON_NAME = /\.json(\.(gz|gzip|zst|zstd))?$/i;

/** A trail of AWS (or another list of its event records) as one document: `{"Records":[{…`, told by its first record. */
const RECORDS = /^\s*\{\s*"Records"\s*:\s*\[\s*\{/;

export function holdsAwsRecords(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, HEAD_BYTES));
  return RECORDS.test(text) && text.includes('"eventSource"') && text.includes('"eventName"');
}

/** Framing by name and first bytes: a `.json` file that is an array or documents over several lines is JSON, as is any that holds AWS records; others are lines. */
export function framingOf(name: string, head: Uint8Array): 'lines' | 'json' {
  if (holdsAwsRecords(head)) return 'json';
  if (!JSON_NAME.test(name)) return 'lines';
  const text = new TextDecoder().decode(head).trimStart();
  if (/^\[\s*(\{|\]|$)/.test(text.slice(0, 4096))) return 'json';
  if (!text.startsWith('{')) return 'lines';
  const firstLine = text.split('\n', 1)[0] ?? '';
  if (firstLine.length === text.length && head.length >= HEAD_BYTES) return 'json';
  try {
    const value: unknown = JSON.parse(firstLine);
    const wrapped = typeof value === 'object' && value !== null && ('_source' in value || 'hits' in value);
    return wrapped ? 'json' : 'lines';
  } catch {
    return 'json';
  }
}
