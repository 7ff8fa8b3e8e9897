const WORDS = [
  'failed',
  'failure',
  'denied',
  'refused',
  'invalid user',
  'invalid password',
  'invalid login',
  'unauthorised',
  'unauthorized',
  'forbidden',
].map((word) => new TextEncoder().encode(word));

const IS_WORD = Uint8Array.from({ length: 256 }, (_, byte) => (/\w/.test(String.fromCharCode(byte)) && byte < 128 ? 1 : 0));
/** Words by their first letter, in both cases. */
const BY_FIRST: readonly (readonly Uint8Array[] | undefined)[] = Array.from({ length: 256 }, (_, byte) => {
  const found = byte >= 65 && byte <= 122 ? WORDS.filter((word) => word[0] === (byte | 32)) : [];
  return found.length === 0 ? undefined : found;
});
const BEGINS = Uint8Array.from(BY_FIRST, (words) => (words === undefined ? 0 : 1));

/** Whether bytes[start, end) hold one of the words by which a log line reports a failure, as a word of its own, in any case. */
export function namesFailure(bytes: Uint8Array, start: number, end: number): boolean {
  const inWord = IS_WORD;
  const begins = BEGINS;
  let at = start;
  while (at < end) {
    if (begins[bytes[at] as number] === 1 && isFailure(bytes, at, end)) return true;
    while (at < end && inWord[bytes[at] as number] === 1) at++;
    while (at < end && inWord[bytes[at] as number] === 0) at++;
  }
  return false;
}

function isFailure(bytes: Uint8Array, start: number, end: number): boolean {
  for (const word of BY_FIRST[bytes[start] as number] ?? []) {
    const behind = start + word.length;
    if (behind > end || (behind < end && IS_WORD[bytes[behind] as number] === 1)) continue;
    let i = 1;
    while (i < word.length && lower(bytes[start + i] as number) === word[i]) i++;
    if (i === word.length) return true;
  }
  return false;
}

function lower(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte | 32 : byte;
}
