import { type FoundRow, type SequenceBatch, VedetteError } from '../../core/index.ts';
import { readDescription } from './description.ts';

/** Stored findings as sequences again, by what a label keeps of them. Rows that keep something else are left empty. */
export function describedBatch(found: readonly FoundRow[]): SequenceBatch {
  const vocabulary = new Map<string, number>();
  const codes: number[] = [];
  const offsets = new Int32Array(found.length + 1);
  for (const [i, { row }] of found.entries()) {
    for (const event of eventsOf(row)) {
      const code = vocabulary.get(event) ?? vocabulary.size;
      vocabulary.set(event, code);
      codes.push(code);
    }
    offsets[i + 1] = codes.length;
  }
  return {
    shape: 'sequences',
    rows: found.length,
    keys: found.map((_, i) => String(i)),
    entities: found.map(({ entity }) => entity),
    codes: Int32Array.from(codes),
    offsets,
    vocabulary: [...vocabulary.keys()],
    start: new Float64Array(found.length),
    end: new Float64Array(found.length),
  };
}

/** Its leading events, and behind them what its counts hold beyond those. */
function eventsOf(row: Uint8Array): readonly string[] {
  try {
    const { events, counts } = readDescription(row, '');
    const left = new Map(counts);
    for (const event of events) left.set(event, (left.get(event) ?? 0) - 1);
    return [
      ...events,
      ...[...left].flatMap(([event, count]) => Array.from({ length: Math.min(MOST_REST, Math.max(0, count)) }, () => event)),
    ];
  } catch (error) {
    if (error instanceof VedetteError) return [];
    throw error;
  }
}

const MOST_REST = 10_000;
