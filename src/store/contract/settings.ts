import type { Micros } from '../../core/index.ts';

export interface SettingEntry {
  readonly key: string;
  readonly value: unknown;
  readonly by: string;
  readonly at: Micros;
}

/** What people set while the program runs (suppressions, stopped detectors), plain JSON under '/'-separated keys. */
export interface SettingStore {
  put(key: string, value: unknown, by: string, at: Micros): Promise<void>;
  /** In the order of their keys. */
  list(prefix: string): Promise<readonly SettingEntry[]>;
  /** Whether it was there. */
  remove(key: string): Promise<boolean>;
}
