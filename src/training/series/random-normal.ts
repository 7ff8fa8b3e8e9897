import type { Random } from '../../core/index.ts';

/** A standard normal number (Box & Muller 1958). */
export function standardNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
