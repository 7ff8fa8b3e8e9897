import type { OriginColumns } from '../../../core/index.ts';
import { finish } from '../expression/hash.ts';

/** The identity of one window of a key. */
export function withWindow(high: number, low: number, window: number): [number, number] {
  const near = Math.floor(window) | 0;
  const far = Math.floor(window / 4_294_967_296) | 0;
  return [
    finish(high ^ Math.imul(near, 0x9e3779b1), 0xc2b2ae35),
    finish(low ^ Math.imul(near ^ Math.imul(far, 0x85ebca6b), 0x5f356495), 0x27d4eb2f),
  ];
}

export function noteOrigin(
  state: Float64Array,
  base: number,
  timeAt: number,
  originAt: number,
  origin: OriginColumns,
  row: number,
  input: number,
  time: number,
): void {
  state[base + timeAt] = time;
  state[base + originAt] = input;
  state[base + originAt + 1] = origin.line[row] as number;
  state[base + originAt + 2] = origin.offset[row] as number;
  state[base + originAt + 3] = origin.length[row] as number;
}
