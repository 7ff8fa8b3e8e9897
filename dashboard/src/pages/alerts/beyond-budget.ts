import type { AlertBody } from '../../../../src/server/api/schema/alerts.ts';

/** Kept and listed, but nobody was told. Of what a one-shot analysis found nobody is told anyhow. */
export function isBeyondBudget({ notified, detection }: AlertBody): boolean {
  return !notified && detection.lineage.epoch > 0;
}
