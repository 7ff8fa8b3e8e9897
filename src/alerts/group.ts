import { type Detection, stableId } from '../core/index.ts';

/** Share of the score from which the strongest contribution alone names the pattern. */
const DOMINANT = 0.5;

/**
 * What like findings share besides their detector: what was unusual. That is their kind where the detector says it, else the subject
 * of the strongest contribution, or of the two strongest when none makes up half the score, without the device that it is of. Findings without contributions share their title.
 */
export function patternOf(detection: Detection): string[] {
  const { kind } = detection.explanation;
  if (kind !== undefined) return [...kind];
  const ranked = [...detection.explanation.contributions].sort((a, b) => b.share - a.share || order(a.subject, b.subject));
  const strongest = ranked[0];
  if (strongest === undefined) return [detection.title];
  const names = strongest.share >= DOMINANT ? [strongest.subject] : ranked.slice(0, 2).map((one) => one.subject);
  return names.map((name) => withoutEntity(name, detection)).sort(order);
}

/** What is told of one series after the other by the device that it is of: the same of another device is of the same kind. */
function withoutEntity(subject: string, { entity, key }: Detection): string {
  const named = `${entity} `;
  return entity !== '' && key.startsWith(named) && subject.startsWith(named) ? subject.slice(named.length) : subject;
}

export function groupOf(detection: Detection): string {
  return stableId('group', detection.detector, ...patternOf(detection));
}

/** Code-unit order: the same on every machine and locale. */
export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
