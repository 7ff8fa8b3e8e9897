import type { IntList } from '../bytes/int-list.ts';
import { BLANK, BYTE_CLASS } from './byte-class.ts';
import type { ShapeScanner } from './shape.ts';

/**
 * Appends the spans of a line's parameters in order: each masked stretch, and where a token of the template is a wildcard
 * as a whole (`wild`, ascending token numbers) the token. `shape` has just scanned bytes[start, end).
 */
export function collectParameters(
  bytes: Uint8Array,
  start: number,
  end: number,
  shape: ShapeScanner,
  wild: Int32Array | undefined,
  starts: IntList,
  ends: IntList,
): void {
  const { maskStart, maskEnd, masks } = shape;
  starts.reserve(masks);
  ends.reserve(masks);
  if (wild === undefined || wild.length === 0) {
    for (let m = 0; m < masks; m++) {
      starts.values[starts.length++] = maskStart[m] as number;
      ends.values[ends.length++] = maskEnd[m] as number;
    }
    return;
  }
  let mask = 0;
  let token = 0;
  let p = start;
  for (let w = 0; w < wild.length; w++) {
    const wanted = wild[w] as number;
    // Blanks inside a masked stretch do not separate tokens.
    while (p < end) {
      let q = p;
      let inside = mask;
      for (;;) {
        if (inside < masks && maskStart[inside] === q) q = maskEnd[inside++] as number;
        else if (q < end && BYTE_CLASS[bytes[q] as number] !== BLANK) q++;
        else break;
      }
      if (token === wanted) {
        starts.push(p);
        ends.push(q);
        mask = inside;
      } else {
        for (; mask < inside; mask++) {
          starts.push(maskStart[mask] as number);
          ends.push(maskEnd[mask] as number);
        }
      }
      p = q;
      while (p < end && BYTE_CLASS[bytes[p] as number] === BLANK) p++;
      if (token++ === wanted) break;
    }
  }
  for (; mask < masks; mask++) {
    starts.push(maskStart[mask] as number);
    ends.push(maskEnd[mask] as number);
  }
}
