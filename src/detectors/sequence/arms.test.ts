import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sequenceBatch } from '../../testing/batches.ts';
import { config } from './config.ts';
import { CountNeighbours } from './count-neighbours.ts';
import { countRow } from './counted-row.ts';
import { CommonSubsequence, IndelNeighbours } from './indel-neighbours.ts';
import { LanguageModel } from './language-model.ts';
import { SequenceModel } from './model.ts';
import { snapshotModel } from './snapshot.ts';
import { NormalTail } from './tail.ts';
import { END, FIRST_EVENT, UNKNOWN, Vocabulary } from './vocabulary.ts';

const [A, B, C] = [FIRST_EVENT, FIRST_EVENT + 1, FIRST_EVENT + 2];
const event = fc.integer({ min: FIRST_EVENT, max: FIRST_EVENT + 5 });
const sequence = fc.array(event, { maxLength: 20 }).map((events) => Int32Array.from(events));

function languageOf(rows: readonly Int32Array[], order: number, maxNodes = 100_000): LanguageModel {
  const language = new LanguageModel(order, true, maxNodes);
  for (const row of rows) language.add(row);
  language.symbols = 8;
  return language;
}

describe('Witten-Bell language model', () => {
  it('gives the probabilities worked out by hand', () => {
    const language = new LanguageModel(2, true, 1000);
    language.add(Int32Array.of(A, B));
    language.add(Int32Array.of(A, C));
    language.symbols = 5;
    // P1(w) = (c + 4/5) / 10; P(a|begin) = (2 + .28) / 3; P(b|a) = (1 + 2 * .18) / 4; P(end|b) = (1 + .28) / 2
    const expected = [0.76, 0.34, 0.64].map((p) => -Math.log(p));
    for (const [i, nats] of language.surprisals(Int32Array.of(A, B)).entries()) expect(nats).toBeCloseTo(expected[i] as number, 12);
    // an unknown event, and the end after it: (0 + .8) / 10 interpolated with P(.|a), then the unigram
    const strange = language.surprisals(Int32Array.of(A, UNKNOWN));
    expect(strange[1]).toBeCloseTo(-Math.log((0 + 2 * 0.08) / 4), 12);
    expect(strange[2]).toBeCloseTo(-Math.log(0.28), 12);
  });

  it('counts an n-gram once a sequence where told so', () => {
    const once = new LanguageModel(3, true, 1000, true);
    once.add(Int32Array.of(A, B, A, B, A, C), 2);
    const each = new LanguageModel(3, true, 1000);
    each.add(Int32Array.of(A, B, A, B, A, C), 2);
    expect([0, 1, 2].map((length) => once.seen(Int32Array.of(B, A, B), 2, length))).toEqual([2, 2, 2]);
    expect([0, 1, 2].map((length) => each.seen(Int32Array.of(B, A, B), 2, length))).toEqual([4, 4, 2]);
    once.add(Int32Array.of(A, B));
    expect(once.seen(Int32Array.of(A, B), 1, 1)).toBe(3);
    const copy = once.clone();
    copy.add(Int32Array.of(A, B, A, B));
    expect(copy.seen(Int32Array.of(A, B), 1, 1)).toBe(4);
  });

  it('sums to one over all symbols after any history', () => {
    fc.assert(
      fc.property(fc.array(sequence, { minLength: 1, maxLength: 8 }), sequence, (rows, history) => {
        const language = languageOf(rows, 4);
        const symbols = [UNKNOWN, END, ...Array.from({ length: 6 }, (_, i) => FIRST_EVENT + i)];
        const total = symbols.reduce((sum, symbol) => {
          const at = symbol === END ? history : Int32Array.from([...history, symbol]);
          return sum + Math.exp(-(language.surprisals(at)[history.length] as number));
        }, 0);
        expect(total).toBeCloseTo(1, 9);
      }),
      { numRuns: 50 },
    );
  });

  it('keeps to its memory bound and stays usable', () => {
    const language = languageOf([Int32Array.from({ length: 5000 }, (_, i) => FIRST_EVENT + ((i * i) % 97))], 8, 1000);
    expect(language.nodes).toBeLessThanOrEqual(1000);
    expect(language.surprisals(Int32Array.of(A, B, C)).every(Number.isFinite)).toBe(true);
  });
});

describe('sequence model', () => {
  it('learns equal rows at once as it learns them one by one, also at its bounds', () => {
    const few = fc.array(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 5 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(few, fc.constantFrom(40, 4_000_000), fc.constantFrom(2, 20_000), (sequences, maxGrams, maxVectors) => {
        const settings = { ...config.parse({ maxVectors, order: 4 }), maxGrams };
        const batch = sequenceBatch(sequences);
        const together = new SequenceModel(settings);
        together.learn(batch, 0, batch.rows);
        const singly = new SequenceModel(settings);
        for (let row = 0; row < batch.rows; row++) singly.learn(batch, row, row + 1);
        const bytes = (model: SequenceModel) => snapshotModel(settings, { model, calibration: {}, from: 0, to: 1 });
        expect(bytes(together)).toEqual(bytes(singly));
      }),
      { numRuns: 60 },
    );
  });
});

describe('nearest neighbours', () => {
  it('of counts agree with the definition', () => {
    fc.assert(
      fc.property(fc.array(sequence, { minLength: 1, maxLength: 10 }), sequence, (rows, query) => {
        const vectors = new CountNeighbours(1000, 100_000);
        for (const row of rows) vectors.add(row);
        const count = (row: Int32Array, symbol: number) => row.filter((one) => one === symbol).length;
        const weighted = (row: Int32Array, other: Int32Array) =>
          [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + vectors.weight(A + i) * Math.abs(count(row, A + i) - count(other, A + i)), 0);
        const none = new Int32Array(0);
        const distances = rows.map((row) => {
          const larger = Math.max(weighted(row, none), weighted(query, none));
          return larger === 0 ? 0 : weighted(row, query) / larger;
        });
        expect(vectors.nearest(countRow(query), vectors.masses()).distance).toBeCloseTo(Math.min(...distances), 9);
      }),
    );
  });

  it('of order agree with trying every reference', () => {
    fc.assert(
      fc.property(fc.array(sequence, { minLength: 1, maxLength: 10 }), sequence, (rows, query) => {
        const indel = new IndelNeighbours(15, 1000);
        for (const row of rows) indel.add(row);
        const head = query.subarray(0, 15);
        const distances = rows.map((row) => {
          const sum = head.length + Math.min(15, row.length);
          return sum === 0 ? 0 : (sum - 2 * new CommonSubsequence(head).with(row.subarray(0, 15))) / sum;
        });
        expect(indel.nearest(query).distance).toBeCloseTo(Math.min(...distances), 12);
      }),
    );
  });

  it('never find an unknown event in common', () => {
    const vectors = new CountNeighbours(10, 100);
    vectors.add(Int32Array.of(A, B));
    expect(vectors.nearest(countRow(Int32Array.of(UNKNOWN)), vectors.masses()).distance).toBeGreaterThanOrEqual(1);
    expect(new CommonSubsequence(Int32Array.of(UNKNOWN, A)).with(Int32Array.of(UNKNOWN, A))).toBe(1);
  });
});

describe('tail of normal scores', () => {
  it('counts inside and goes on falling beyond the largest', () => {
    const tail = new NormalTail(Float64Array.from({ length: 99 }, (_, i) => i));
    expect(tail.logP(90)).toBeCloseTo(Math.log(10 / 100), 12);
    expect(tail.logP(-1)).toBe(0);
    expect(tail.logP(99)).toBeLessThan(Math.log(1 / 100));
    expect(tail.logP(120)).toBeLessThan(tail.logP(99));
    expect(Number.isFinite(new NormalTail(new Float64Array(5)).logP(1))).toBe(true);
  });
});

describe('vocabulary', () => {
  it('maps by id whatever the code, and takes what is beyond its limit for unknown', () => {
    const vocabulary = new Vocabulary(2);
    const first = sequenceBatch([['a', 'b', 'c']]);
    expect([...vocabulary.encode(first, 0, 1, true).symbols]).toEqual([A, B, UNKNOWN]);
    const other = sequenceBatch([['b', 'constructor', 'a']]);
    expect([...vocabulary.encode(other, 0, 1, false).symbols]).toEqual([B, UNKNOWN, A]);
  });
});
