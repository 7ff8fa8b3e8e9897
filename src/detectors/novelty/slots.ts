import type { ObservationBatch } from '../../core/index.ts';
import type { NoveltyMemory, Slot } from './memory.ts';

/** Slots of a batch's rows; rows that show the same share one, worked out when it is first met. */
export function slotsOf(memory: NoveltyMemory, batch: ObservationBatch): (row: number) => Slot {
  const known = new Map<number, Slot>();
  const fields = batch.fields.length;
  const values = batch.values.length;
  return (row) => {
    const entity = batch.entity[row] as number;
    const field = batch.field[row] as number;
    const value = batch.value[row] as number;
    const code = (entity * fields + field) * values + value;
    let slot = known.get(code);
    if (slot === undefined) {
      slot = memory.slotOf(batch.entities[entity] as string, batch.fields[field] as string, batch.values[value] as string);
      known.set(code, slot);
    }
    return slot;
  };
}
