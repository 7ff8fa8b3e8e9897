const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const KEY = Buffer.from('"_source"');

/** Range of the object under the top-level key `_source` of the document in bytes [start, end), if it has one. */
export function sourceValue(bytes: Uint8Array, start: number, end: number): { start: number; end: number } | undefined {
  const document = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
  if (!document.includes(KEY)) return undefined;
  let depth = 0;
  let valueStart = -1;
  for (let i = 0; i < document.length; i++) {
    const byte = document[i] as number;
    if (byte === QUOTE) {
      const close = stringEnd(document, i);
      if (depth === 1 && valueStart < 0 && close - i === KEY.length - 1 && document.compare(KEY, 0, KEY.length, i, close + 1) === 0) {
        const open = afterColon(document, close + 1);
        if (open !== -1) {
          valueStart = open;
          i = open - 1;
          continue;
        }
      }
      i = close;
    } else if (byte === OPEN || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      depth--;
      if (depth === 1 && valueStart >= 0) return { start: start + valueStart, end: start + i + 1 };
    }
  }
  return undefined;
}

function stringEnd(bytes: Uint8Array, open: number): number {
  for (let i = open + 1; i < bytes.length; i++) {
    if (bytes[i] === BACKSLASH) i++;
    else if (bytes[i] === QUOTE) return i;
  }
  return bytes.length;
}

/** Index of the `{` that follows a colon, or -1. */
function afterColon(bytes: Uint8Array, from: number): number {
  let colon = false;
  for (let i = from; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte === 58 && !colon) colon = true;
    else if (byte === OPEN && colon) return i;
    else if (byte > 32) return -1;
  }
  return -1;
}
