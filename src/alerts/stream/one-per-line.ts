import type { ObservationBatch } from '../../core/index.ts';
import type { Told } from './decisions.ts';

/** Fields by how much they say, of equally rare ones; what is not named comes last: components, then parameters, which have no meaning. */
const TELLING = ['template', 'user', 'address', 'address of user', 'component'];

/** Of what one line shows for the first time of one entity, the rarest: a new user is told as a user, not as a parameter as well. */
export function onePerLine(batch: ObservationBatch, flagged: readonly Told[], score: Float64Array): readonly Told[] {
  if (flagged.length < 2) return flagged;
  const says = batch.fields.map((field) => (TELLING.includes(field) ? TELLING.indexOf(field) : TELLING.length));
  const isBetter = (row: number, known: number): boolean => {
    const more = (score[row] as number) - (score[known] as number);
    return more > 0 || (more === 0 && (says[batch.field[row] as number] as number) < (says[batch.field[known] as number] as number));
  };
  const best = new Map<string, Told>();
  for (const told of flagged) {
    const { row } = told;
    const key = `${batch.inputCode[row]} ${batch.line[row]} ${batch.offset[row]} ${batch.entity[row]}`;
    const known = best.get(key);
    if (known === undefined || isBetter(row, known.row)) best.set(key, told);
  }
  const kept = new Set(best.values());
  return flagged.filter((told) => kept.has(told));
}
