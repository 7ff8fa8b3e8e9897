/** Printable ASCII without upper case, one class for everything else. */
export const CLASSES = 72;

/** Class of each byte; of a UTF-16 unit, that of the lesser of it and 127. */
export const CLASS_OF = classes();

function classes(): Uint8Array {
  const table = new Uint8Array(256).fill(CLASSES - 1);
  let next = 0;
  for (let code = 32; code < 127; code++) if (code < 65 || code > 90) table[code] = next++;
  for (let code = 65; code <= 90; code++) table[code] = table[code + 32] as number;
  return table;
}
