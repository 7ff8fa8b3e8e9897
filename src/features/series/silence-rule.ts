import type { Micros } from '../../core/index.ts';

/** Reports after which the rhythm of a device counts as known. */
export const FAMILIAR = 10;
/** Silences are told of from so many times the second longest pause on: what paused so long twice does so by its own rhythm, once is an outage. */
export const LONGER = 2;

/** The two longest pauses so far. */
export interface Pauses {
  longest: Micros;
  second: Micros;
}

export function notePause(pauses: Pauses, pause: Micros): void {
  pauses.second = Math.max(pauses.second, Math.min(pauses.longest, pause));
  pauses.longest = Math.max(pauses.longest, pause);
}
