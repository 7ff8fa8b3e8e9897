/** 16 bytes of an IPv4 (as ::ffff:a.b.c.d) or IPv6 address into `out` at `at`; false for what is none. */
export function writeAddress(text: string, out: Uint8Array, at: number): boolean {
  if (text.length < 2 || text.length > 45) return false;
  const colon = text.lastIndexOf(':');
  if (colon < 0) {
    if (!writeDotted(text, out, at + 12)) return false;
    out.fill(0, at, at + 10);
    out.fill(255, at + 10, at + 12);
    return true;
  }
  const dotted = text.includes('.');
  const tail = new Uint8Array(4);
  if (dotted && !writeDotted(text.slice(colon + 1), tail, 0)) return false;
  const words = dotted ? `${text.slice(0, colon)}:${hex(tail, 0)}:${hex(tail, 2)}` : text;
  const [left = '', right, extra] = words.split('::');
  if (extra !== undefined) return false;
  const head = left === '' ? [] : left.split(':');
  const rest = right === undefined || right === '' ? [] : right.split(':');
  const missing = 8 - head.length - rest.length;
  if (right === undefined ? missing !== 0 : missing < 1) return false;
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...rest];
  if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return false;
  for (const [i, word] of all.entries()) {
    const value = Number.parseInt(word, 16);
    out[at + 2 * i] = value >> 8;
    out[at + 2 * i + 1] = value & 255;
  }
  return true;
}

function hex(bytes: Uint8Array, at: number): string {
  return (((bytes[at] as number) << 8) | (bytes[at + 1] as number)).toString(16);
}

function writeDotted(text: string, out: Uint8Array, at: number): boolean {
  const parts = text.split('.');
  if (parts.length !== 4) return false;
  for (const [i, part] of parts.entries()) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return false;
    out[at + i] = Number(part);
  }
  return true;
}
