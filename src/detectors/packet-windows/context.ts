import type { Networks } from '../../core/index.ts';
import type { PacketWindowsConfig } from './config.ts';
import type { Episodes } from './episodes.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { InputNames } from './input-names.ts';

/** What all rules of one detector share. */
export interface WindowContext {
  readonly config: PacketWindowsConfig;
  readonly episodes: Episodes;
  /** Salted with the sensor of the batch at hand: hosts of different places are different keys. */
  readonly print: Fingerprint;
  readonly inputs: InputNames;
  /** Whose scans are not told. */
  readonly allowedScanners: Networks;
}
