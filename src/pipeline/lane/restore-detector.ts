import { VedetteError } from '../../core/index.ts';
import type { ScorerOptions } from './lane-scorer.ts';

/** Restores what the detector has learnt; false where it is of another version or configuration, and it starts anew. */
export async function restoreDetector(
  detector: { restore(state: Uint8Array): void | Promise<void> },
  state: Uint8Array,
  { startsAnew }: Pick<ScorerOptions, 'startsAnew'>,
): Promise<boolean> {
  try {
    await detector.restore(state);
    return true;
  } catch (error) {
    if (startsAnew === undefined || !(error instanceof VedetteError) || error.code !== 'MODEL_MISMATCH') throw error;
    startsAnew(error.message);
    return false;
  }
}
