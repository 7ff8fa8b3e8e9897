import type { LogBatch, ShapeColumn } from '../core/index.ts';
import { isLetterOrDigit, isTokenByte } from './token.ts';

/** A key of messages that read alike: from `before` bytes in front of one parameter to `after` bytes behind another. */
interface PlannedKey {
  readonly from: number;
  readonly before: number;
  readonly to: number;
  readonly after: number;
  /** Keys of one run of token bytes: the first that is there is the only one. */
  readonly run: number;
  /** The parameter itself begins with the prefix, or else it is no key. */
  readonly whole: boolean;
}

export type KeyPlan = readonly PlannedKey[];

const BLOCK = new TextEncoder().encode('blk_');

/** Whether a prefix is found in the text around masked numbers alone, or at the start of a block id: a word with a letter beyond f, then `_` and `-`. */
export function isPlannable(prefix: string): boolean {
  return /^[A-Za-z][A-Za-z0-9]*[_-]*$/.test(prefix) && /[g-z]/i.test(prefix);
}

/** Where the keys with a prefix are in messages of one shape; undefined where that depends on more than its parameters. */
export function planKeys(prefix: Uint8Array, { text, masks, parameter }: ShapeColumn, code: number): KeyPlan | undefined {
  const { bytes } = text;
  const start = text.start[code] as number;
  const end = text.end[code] as number;
  const last = masks.first[code + 1] as number;
  const isBlock = holds(BLOCK, 0, BLOCK.length, prefix);
  const keys: PlannedKey[] = [];
  let mask = masks.first[code] as number;
  for (let at = start, run = 0; at < end; run++) {
    while (at < end && !isTokenByte(bytes[at] as number)) at++;
    const from = at;
    while (at < end && isTokenByte(bytes[at] as number)) at++;
    const first = mask;
    while (mask < last && (masks.start[mask] as number) < at) mask++;
    let behind = at;
    while (behind > from && !isLetterOrDigit(bytes[behind - 1] as number)) behind--;
    for (let place = from, next = first; place < at; place++) {
      const inMask = next < mask && masks.start[next] === place;
      const isKey = inMask ? isBlock : isStart(bytes, place, start, end, prefix);
      if (isKey) {
        if (next === mask || parameter[next] === -1 || parameter[mask - 1] === -1) return undefined;
        const after = behind - (masks.end[mask - 1] as number);
        const before = (masks.start[next] as number) - place;
        keys.push({ from: parameter[next] as number, before, to: parameter[mask - 1] as number, after, run, whole: inMask });
      }
      if (inMask) place = (masks.end[next++] as number) - 1;
    }
  }
  return keys;
}

/** The keys of a row by the plan of its shape; false where one must be looked for in the text after all. */
export function plannedKeys(
  plan: KeyPlan,
  prefix: Uint8Array,
  { parameters }: LogBatch,
  row: number,
  found: (start: number, end: number) => void,
): boolean {
  const { bytes } = parameters;
  const first = parameters.first[row] as number;
  let run = -1;
  for (let i = 0; i < plan.length; i++) {
    const key = plan[i] as PlannedKey;
    if (key.run === run) continue;
    const at = parameters.start[first + key.from] as number;
    const isBlock = bytes[at] === BLOCK[0] && holds(bytes, at, parameters.end[first + key.from] as number, BLOCK);
    if (key.whole && !(isBlock && holds(bytes, at, parameters.end[first + key.from] as number, prefix))) continue;
    // A key holds a digit; only a UUID can be without.
    if (!isBlock && !isDigit(bytes[at] as number)) return false;
    run = key.run;
    found(at - key.before, (parameters.end[first + key.to] as number) + key.after);
  }
  return true;
}

/** Whether the prefix stands at a place where a word begins, with a byte behind it. */
function isStart(bytes: Uint8Array, at: number, start: number, end: number, prefix: Uint8Array): boolean {
  return at + prefix.length < end && holds(bytes, at, end, prefix) && (at === start || !isLetterOrDigit(bytes[at - 1] as number));
}

function holds(bytes: Uint8Array, at: number, end: number, part: Uint8Array): boolean {
  if (end - at < part.length) return false;
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
