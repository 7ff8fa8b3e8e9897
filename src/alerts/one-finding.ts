/** Detectors that rate the readings of one series, the one whose finding says most first: a named fault says more than a deviation. */
const TELLING = ['device-faults', 'forecast', 'discord'];

/** Whether two detectors may tell of the same thing: readings of one series that are stuck, out of range, or off what was expected. */
export function tellsTheSame(a: string, b: string): boolean {
  return a !== b && TELLING.includes(a) && TELLING.includes(b);
}

/** Of detectors that tell the same, the one whose finding explains best. */
export function explainsBest(a: string, b: string): string {
  return TELLING.indexOf(a) <= TELLING.indexOf(b) ? a : b;
}
