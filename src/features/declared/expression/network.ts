/** Addresses from `first` to `last`, each 16 bytes (IPv4 as ::ffff:a.b.c.d) as 32 hex digits. */
export interface Network {
  readonly text: string;
  readonly first: string;
  readonly last: string;
}

/** `10.0.0.0/8`, `2001:db8::/32` or one address; undefined for anything else. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', bits, more] = text.split('/');
  if (more !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const bytes = address.includes(':') ? sixteen(address) : mapped(address);
  if (bytes === undefined) return undefined;
  const own = address.includes(':') ? 0 : 96;
  const prefix = bits === undefined ? 128 : own + Number(bits);
  if (prefix > 128) return undefined;
  const first = bytes.slice();
  const last = bytes.slice();
  for (let bit = prefix; bit < 128; bit++) {
    const mask = 0x80 >> (bit & 7);
    first[bit >> 3] = (first[bit >> 3] as number) & ~mask;
    last[bit >> 3] = (last[bit >> 3] as number) | mask;
  }
  return { text, first: hex(first), last: hex(last) };
}

function mapped(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, ...parts.map(Number)]);
}

function sixteen(text: string): Uint8Array | undefined {
  const [left = '', right, more] = text.split('::');
  if (more !== undefined) return undefined;
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const head = words(left);
  const tail = right === undefined ? [] : words(right);
  const missing = 8 - head.length - tail.length;
  if (right === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!all.every((word) => /^[0-9a-f]{1,4}$/i.test(word))) return undefined;
  return Uint8Array.from(all.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 255]));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
