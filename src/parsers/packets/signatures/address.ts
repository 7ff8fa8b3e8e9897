/** Whether an address of four words is one of the internet: no private, shared, loopback, link-local or multicast one, and of IPv6 none for documentation. */
export function isPublic(words: Int32Array, at: number): boolean {
  const [a, b, c, d] = [words[at] as number, words[at + 1] as number, words[at + 2] as number, words[at + 3] as number];
  if (a !== 0 || b !== 0 || c !== 0xffff) return a >>> 29 === 1 && a >>> 0 !== 0x20010db8;
  const [first, second] = [(d >>> 24) & 255, (d >>> 16) & 255];
  if (first === 0 || first === 10 || first === 127 || first >= 224) return false;
  if (first === 100) return second < 64 || second > 127;
  if (first === 169) return second !== 254;
  if (first === 172) return second < 16 || second > 31;
  return !(first === 192 && second === 168);
}
