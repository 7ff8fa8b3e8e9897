import type { IntList } from '../bytes/int-list.ts';
import type { ShapeScanner } from './shape.ts';

/**
 * Appends the spans of the parameters of the line scanned last, in order: each masked stretch, and where a token of the template is
 * a wildcard as a whole (`wild`, ascending token numbers) the token.
 */
export function collectParameters(
  bytes: Uint8Array,
  shape: ShapeScanner,
  wild: Int32Array | undefined,
  starts: IntList,
  ends: IntList,
): void {
  const { maskStart, maskEnd, masks, tokenStart, tokenEnd } = shape;
  const wilds = wild === undefined ? 0 : wild.length;
  if (wilds > 0) shape.locate(bytes);
  starts.reserve(masks + wilds);
  ends.reserve(masks + wilds);
  const from = starts.values;
  const to = ends.values;
  let length = starts.length;
  let mask = 0;
  for (let w = 0; w < wilds; w++) {
    const token = (wild as Int32Array)[w] as number;
    const start = tokenStart[token] as number;
    const end = tokenEnd[token] as number;
    for (; mask < masks && (maskStart[mask] as number) < start; mask++) {
      from[length] = maskStart[mask] as number;
      to[length++] = maskEnd[mask] as number;
    }
    from[length] = start;
    to[length++] = end;
    while (mask < masks && (maskStart[mask] as number) < end) mask++;
  }
  for (; mask < masks; mask++) {
    from[length] = maskStart[mask] as number;
    to[length++] = maskEnd[mask] as number;
  }
  starts.length = length;
  ends.length = length;
}
