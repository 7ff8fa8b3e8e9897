import { MICROS_PER_DAY, type Micros } from '../../core/index.ts';

/** Reports after which the rhythm of a device counts as known. */
export const FAMILIAR = 10;
/** Silences are told of from so many times the second longest pause on: what paused so long twice does so by its own rhythm, once is an outage. */
export const LONGER = 2;

/** The two longest pauses so far. */
export interface Pauses {
  longest: Micros;
  second: Micros;
}

/** After so long an earlier pause counts half: an outage of long ago is no rhythm. A month later what pauses monthly is still known. */
const HALF_LIFE: Micros = 60 * MICROS_PER_DAY;

/** `pause`: time between two reports; with it the earlier ones fade. */
export function notePause(pauses: Pauses, pause: Micros): void {
  const left = 2 ** (-Math.max(0, pause) / HALF_LIFE);
  pauses.second = Math.max(left * pauses.second, Math.min(left * pauses.longest, pause));
  pauses.longest = Math.max(left * pauses.longest, pause);
}
