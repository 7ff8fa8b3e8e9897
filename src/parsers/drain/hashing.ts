/** Multipliers and starting values of the two 32-bit hashes that stand for a token or a line's shape. */
export interface HashKey {
  readonly seed1: number;
  readonly seed2: number;
  readonly factor1: number;
  readonly factor2: number;
}

/**
 * A secret key makes it impractical to craft lines whose hashes collide with a harmless shape. No result depends on it:
 * everything kept is text, hashes are made again from it.
 */
export function hashKey(random: Uint32Array): HashKey {
  return {
    seed1: (random[0] as number) | 0,
    seed2: (random[1] as number) | 0,
    factor1: ((random[2] as number) & 0x7fffff8) | 0x1000005 | 0,
    factor2: ((random[3] as number) & 0x7fffff8) | 0x2000003 | 0,
  };
}

/** What a masked stretch contributes in place of its bytes. */
export const MASKED = 0x1ff;

/** 53 of the 64 bits as one number, so that it can key a Map. */
export function joinHash(hash1: number, hash2: number): number {
  return (hash1 >>> 0) * 0x200000 + (hash2 >>> 11);
}
