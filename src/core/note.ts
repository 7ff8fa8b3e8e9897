import type { Micros } from './time.ts';

/** What a person wrote about an alert or an incident. */
export interface Note {
  readonly note: string;
  readonly by: string;
  readonly at: Micros;
}
