const DOT = 46;
const MINUS = 45;

/** The decimal number that bytes[start, end) are in full, else NaN; at most 24 bytes are looked at. */
export function numberAt(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length <= 0 || length > 24) return Number.NaN;
  let at = start;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  let value = 0;
  let scale = 0;
  let digits = 0;
  for (; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte >= 48 && byte <= 57) {
      value = value * 10 + (byte - 48);
      digits++;
      if (scale > 0) scale *= 10;
    } else if (byte === DOT && scale === 0 && digits > 0) scale = 1;
    else return Number.NaN;
  }
  if (digits === 0) return Number.NaN;
  if (scale > 1) value /= scale;
  return negative ? -value : value;
}
