import { SLOT } from './layout.ts';

/** Adds a value to the statistic at `at`: count, sum, sum of squares, least, greatest. */
export function accumulate(slots: Float64Array, at: number, value: number): void {
  if (slots[at] === 0 || value < (slots[at + 3] as number)) slots[at + 3] = value;
  if (slots[at] === 0 || value > (slots[at + 4] as number)) slots[at + 4] = value;
  slots[at] = (slots[at] as number) + 1;
  slots[at + 1] = (slots[at + 1] as number) + value;
  slots[at + 2] = (slots[at + 2] as number) + value * value;
}

export function meanOf(slots: Float64Array, at: number): number {
  return slots[at] === 0 ? 0 : (slots[at + 1] as number) / (slots[at] as number);
}

/** Sample variance (n - 1); 0 below two values. */
export function varianceOf(count: number, sum: number, squares: number): number {
  return count < 2 ? 0 : Math.max(0, (squares - (sum * sum) / count) / (count - 1));
}

export function deviationOf(slots: Float64Array, at: number): number {
  return Math.sqrt(varianceOf(slots[at] as number, slots[at + 1] as number, slots[at + 2] as number));
}

const BULK_PACKETS = 4;
const BULK_GAP = 1_000_000;

/**
 * A bulk: at least four packets with payload in one direction, at most a second apart, none with payload the other way
 * between them. State at `at`: packets, start, bytes, last; then bulks, packets, bytes, duration.
 */
export function countBulk(slots: Float64Array, slot: number, time: number, payload: number, forward: boolean): void {
  const at = slot + (forward ? SLOT.forwardBulk : SLOT.backwardBulk);
  const other = slot + (forward ? SLOT.backwardBulk : SLOT.forwardBulk);
  if (payload <= 0) return;
  if (slots[other] !== 0 && (slots[other + 3] as number) > (slots[at + 1] as number)) slots[at] = 0;
  if (slots[at] === 0 || time - (slots[at + 3] as number) > BULK_GAP) {
    slots[at] = 1;
    slots[at + 1] = time;
    slots[at + 2] = payload;
    slots[at + 3] = time;
    return;
  }
  const packets = (slots[at] as number) + 1;
  slots[at] = packets;
  slots[at + 2] = (slots[at + 2] as number) + payload;
  if (packets === BULK_PACKETS) {
    slots[at + 4] = (slots[at + 4] as number) + 1;
    slots[at + 5] = (slots[at + 5] as number) + packets;
    slots[at + 6] = (slots[at + 6] as number) + (slots[at + 2] as number);
    slots[at + 7] = (slots[at + 7] as number) + time - (slots[at + 1] as number);
  } else if (packets > BULK_PACKETS) {
    slots[at + 5] = (slots[at + 5] as number) + 1;
    slots[at + 6] = (slots[at + 6] as number) + payload;
    slots[at + 7] = (slots[at + 7] as number) + time - (slots[at + 3] as number);
  }
  slots[at + 3] = time;
}
