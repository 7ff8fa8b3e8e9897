import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatSequences } from './concat.ts';
import { distinctSequences } from './distinct.ts';
import { type SequenceBatch, sequenceAt } from './features.ts';
import { selectSequences } from './rows.ts';

const sessions = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 }), { minLength: 1, maxLength: 12 });

/** One event per letter; event i of row r is line 100 r + i and carries r numbers. */
function batchOf(rows: readonly (readonly string[])[], first = 0): SequenceBatch {
  const vocabulary = [...new Set(rows.flat())];
  const offsets = Int32Array.from([
    0,
    ...rows.map(
      (
        (sum) => (row) =>
          (sum += row.length)
      )(0),
    ),
  ]);
  const owner = rows.flatMap((row, r) => row.map(() => r));
  const paramFirst = Int32Array.from([
    0,
    ...owner.map(
      (
        (sum) => (r) =>
          (sum += r % 3)
      )(0),
    ),
  ]);
  return {
    shape: 'sequences',
    rows: rows.length,
    keys: rows.map((_, r) => `k${first + r}`),
    entities: rows.map((_, r) => `e${r}`),
    codes: Int32Array.from(rows.flat(), (event) => vocabulary.indexOf(event)),
    offsets,
    vocabulary,
    eventText: vocabulary.map((event) => `text of ${event}`),
    times: Float64Array.from(owner, (r) => first + r),
    paramFirst,
    paramValues: Float64Array.from({ length: paramFirst[owner.length] as number }, (_, i) => i + first),
    inputs: [`input ${first}`],
    eventInput: new Int32Array(owner.length),
    eventLine: Float64Array.from(owner, (r, i) => 100 * r + i),
    eventOffset: Float64Array.from(owner, (_, i) => i),
    eventLength: Int32Array.from(owner, () => 1),
    start: Float64Array.from(rows, (_, r) => r),
    end: Float64Array.from(rows, (_, r) => r + 1),
  };
}

/** A row without codes, as a reader of the batch sees it. */
function shown(batch: SequenceBatch, row: number): unknown {
  const from = batch.offsets[row] as number;
  const to = batch.offsets[row + 1] as number;
  const of = (column: ArrayLike<number> | undefined): number[] => Array.from(column ?? []).slice(from, to);
  return {
    key: batch.keys[row],
    events: [...sequenceAt(batch, row)].map((code) => [batch.vocabulary[code], batch.eventText?.[code]]),
    times: of(batch.times),
    lines: of(batch.eventLine),
    inputs: of(batch.eventInput).map((input) => batch.inputs?.[input]),
    numbers: Array.from({ length: to - from }, (_, i) => [
      ...(batch.paramValues?.subarray(batch.paramFirst?.[from + i], batch.paramFirst?.[from + i + 1]) ?? []),
    ]),
    span: [batch.start[row], batch.end[row]],
  };
}

describe('rows of sequence batches', () => {
  it('are the same after being chosen, in any order', () => {
    fc.assert(
      fc.property(sessions, fc.array(fc.nat(), { maxLength: 20 }), (rows, picks) => {
        const batch = batchOf(rows);
        const chosen = picks.map((pick) => pick % rows.length);
        const selected = selectSequences(batch, chosen);
        expect(chosen.map((_, i) => shown(selected, i))).toEqual(chosen.map((row) => shown(batch, row)));
      }),
    );
  });

  it('are the same after being chosen in long ranges', () => {
    const batch = batchOf(Array.from({ length: 60 }, (_, row) => ['a', 'b', 'c', 'd'].slice(0, 1 + (row % 4))));
    const chosen = [...Array.from({ length: 40 }, (_, row) => row), ...Array.from({ length: 15 }, (_, i) => 44 + i)];
    const selected = selectSequences(batch, chosen);
    expect(chosen.map((_, i) => shown(selected, i))).toEqual(chosen.map((row) => shown(batch, row)));
  });

  it('are numbered by their events in order of first occurrence', () => {
    fc.assert(
      fc.property(fc.array(sessions, { minLength: 1, maxLength: 100 }), fc.nat(), (parts, first) => {
        const batch = batchOf(parts.flat());
        const from = first % batch.rows;
        const { ids, rows } = distinctSequences(batch, from, batch.rows);
        const texts = Array.from({ length: batch.rows - from }, (_, i) => sequenceAt(batch, from + i).join());
        const known = [...new Set(texts)];
        expect([...ids]).toEqual(texts.map((text) => known.indexOf(text)));
        expect([...rows]).toEqual(known.map((text) => from + texts.indexOf(text)));
      }),
    );
  });

  it('are told apart, whatever their hashes, in bounded time', () => {
    // Rows of one event each: with the low bits of all hashes the same, every row is looked for in the same places.
    const codes = Int32Array.from({ length: 5000 }, (_, i) => i << 20);
    const { ids, rows } = distinctSequences({ codes, offsets: Int32Array.from({ length: 5001 }, (_, i) => i) }, 0, 5000);
    for (let row = 0; row < 5000; row++) expect(codes[rows[ids[row] as number] as number]).toBe(codes[row]);
  });

  it('are the same after batches were joined', () => {
    fc.assert(
      fc.property(fc.array(sessions, { minLength: 1, maxLength: 4 }), (parts) => {
        const batches = parts.map((rows, i) => batchOf(rows, i * 1000));
        const joined = concatSequences(batches);
        const expected = batches.flatMap((batch) => batch.keys.map((_, row) => shown(batch, row)));
        expect(joined.keys.map((_, row) => shown(joined, row))).toEqual(expected);
      }),
    );
  });
});
