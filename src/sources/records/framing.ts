/** How an input's records are told apart: by lines, as documents of JSON text, or not at all (binary streams: `pieces`). */
export type Framing = 'lines' | 'json' | 'pieces';

const JSON_NAME = /\.json(\.(gz|gzip|zst|zstd))?$/i;

/** Framing by name and first bytes: a `.json` file that is an array or documents over several lines is JSON, others are lines. */
export function framingOf(name: string, head: Uint8Array): 'lines' | 'json' {
  if (!JSON_NAME.test(name)) return 'lines';
  const text = new TextDecoder().decode(head).trimStart();
  if (/^\[\s*(\{|\]|$)/.test(text.slice(0, 4096))) return 'json';
  if (!text.startsWith('{')) return 'lines';
  const firstLine = text.split('\n', 1)[0] ?? '';
  if (firstLine.length === text.length && head.length >= 64 << 10) return 'json';
  try {
    const value: unknown = JSON.parse(firstLine);
    const wrapped = typeof value === 'object' && value !== null && ('_source' in value || 'hits' in value);
    return wrapped ? 'json' : 'lines';
  } catch {
    return 'json';
  }
}
