export const OTHER = 0;
export const DIGIT = 1;
export const LETTER = 2;
export const BLANK = 3;

/** Class of every byte. Bytes of multi-byte UTF-8 characters count as letters. */
export const BYTE_CLASS: Uint8Array = makeClasses();

/** 1 for letters and digits. */
export const IS_WORD: Uint8Array = BYTE_CLASS.map((kind) => (kind === LETTER || kind === DIGIT ? 1 : 0));

/** 1 for 0-9, a-f, A-F. */
export const IS_HEX: Uint8Array = makeHex();

function makeClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  classes.fill(DIGIT, 48, 58);
  classes.fill(LETTER, 65, 91);
  classes.fill(LETTER, 97, 123);
  classes.fill(LETTER, 128);
  for (const blank of [32, 9, 10, 11, 12, 13]) classes[blank] = BLANK;
  return classes;
}

function makeHex(): Uint8Array {
  const hex = new Uint8Array(256);
  hex.fill(1, 48, 58);
  hex.fill(1, 65, 71);
  hex.fill(1, 97, 103);
  return hex;
}
