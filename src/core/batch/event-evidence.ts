import type { EvidenceLine, SequenceBatch } from './features.ts';

/** Where events of a sequence stand in their input, by their positions in it; empty where the batch does not know. */
export function eventEvidence(batch: SequenceBatch, row: number, positions: readonly number[]): EvidenceLine[] {
  const { inputs, eventInput, eventLine, eventOffset, eventLength, times } = batch;
  if (inputs === undefined || eventInput === undefined || eventLine === undefined) return [];
  const first = batch.offsets[row] as number;
  return positions.map((position) => ({
    input: inputs[eventInput[first + position] as number] ?? '',
    line: eventLine[first + position] as number,
    offset: eventOffset?.[first + position] ?? 0,
    length: eventLength?.[first + position] ?? 0,
    ...(times === undefined ? {} : { time: times[first + position] as number }),
  }));
}
