import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VedetteError } from '../../core/index.ts';
import { DirectInference } from '../infer/inference.ts';
import {
  type BoostingOptions,
  boostTrees,
  type LabelledRows,
  packEnsemble,
  treeProbabilities,
  treesToOnnx,
  unpackEnsemble,
} from './index.ts';

const REFERENCE: BoostingOptions = { rounds: 10, leaves: 8, l2: 0, maxStep: Number.POSITIVE_INFINITY };

/** Rows that the reference script makes with the same formulas. */
function formulaRows(kind: 'two' | 'three', missing = false): LabelledRows {
  const rows = 240;
  const values = new Float32Array(rows * 3);
  const labels = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const a = ((i * 37) % 101) / 10;
    const b = ((i * 53) % 89) / 7;
    const c = (i * 17) % 7;
    values.set([missing && i % 5 === 0 ? Number.NaN : a, b, c], i * 3);
    if (kind === 'two') labels[i] = a + ((i * 29) % 13) / 3 > b ? 1 : 0;
    else labels[i] = a > 7 ? 2 : b + c > 9 ? 1 : 0;
  }
  return { rows, columns: 3, values, labels, classes: kind === 'two' ? ['no', 'yes'] : ['a', 'b', 'c'] };
}

describe('boosted trees', () => {
  // LightGBM 4.7.0: num_leaves 8, 10 rounds, min_data_in_bin 1, else its defaults; splits of equal gain may be chosen differently
  it.each([
    ['two classes', formulaRows('two'), 0.30234],
    ['two classes, missing values', formulaRows('two', true), 0.345757],
    ['three classes', formulaRows('three'), 0.295922],
  ] as const)('reaches the log loss of LightGBM: %s', (_, data, wanted) => {
    const p = treeProbabilities(boostTrees(data, REFERENCE).ensemble, data.values, data.rows);
    const K = data.classes.length;
    const loss = data.labels.reduce((sum, label, row) => sum - Math.log(p[row * K + label] as number), 0) / data.rows;
    expect(Math.abs(loss / wanted - 1)).toBeLessThan(0.02);
  });

  it('gives the rows of LightGBM their probabilities, three classes', () => {
    const data = formulaRows('three');
    const got = treeProbabilities(boostTrees(data, REFERENCE).ensemble, data.values, data.rows);
    const wanted = [0.803005, 0.106341, 0.090654, 0.130222, 0.767068, 0.10271, 0.102448, 0.125515, 0.772036];
    for (const [i, p] of wanted.entries()) expect(Math.abs((got[i] as number) - p)).toBeLessThan(0.002);
  });

  it('scores the same through the ONNX runtime, with missing values and infinities', async () => {
    for (const data of [formulaRows('two', true), formulaRows('three', true)]) {
      const { ensemble } = boostTrees(data, REFERENCE);
      const values = data.values.slice();
      values[4] = Number.POSITIVE_INFINITY;
      values[9] = Number.NEGATIVE_INFINITY;
      const mine = treeProbabilities(ensemble, values, data.rows);
      const model = await DirectInference.open(treesToOnnx(ensemble));
      const output = await model.run({ values: { data: values, shape: [data.rows, 3] } });
      const theirs = output.probabilities?.data as Float32Array;
      const K = data.classes.length;
      expect(theirs.length).toBe(mine.length);
      for (let i = 0; i < mine.length; i++) expect(theirs[i]).toBeCloseTo(mine[i] as number, 5);
      for (let row = 0; row < data.rows; row++) {
        const own = [...mine.subarray(row * K, (row + 1) * K)];
        expect(Number(output.class?.data[row])).toBe(own.indexOf(Math.max(...own)));
      }
      await model.close();
    }
  });

  it('exports a model of one class and one without any split', async () => {
    const data = formulaRows('two');
    const one = { ...data, labels: new Int32Array(data.rows), classes: ['only'] };
    const none = { ...data, values: new Float32Array(data.values.length) };
    for (const [rows, wanted] of [
      [one, [1]],
      [none, undefined],
    ] as const) {
      const { ensemble } = boostTrees(rows, REFERENCE);
      const model = await DirectInference.open(treesToOnnx(ensemble));
      const { probabilities } = await model.run({ values: { data: rows.values.slice(0, 3), shape: [1, 3] } });
      const mine = treeProbabilities(ensemble, rows.values.slice(0, 3), 1);
      for (const [k, p] of (wanted ?? mine).entries()) expect(probabilities?.data[k]).toBeCloseTo(p, 6);
      await model.close();
    }
  });

  it('gives the same bytes again, and the same answers after packing', () => {
    const data = formulaRows('three', true);
    const first = packEnsemble(boostTrees(data, REFERENCE).ensemble);
    expect(packEnsemble(boostTrees(data, REFERENCE).ensemble)).toEqual(first);
    const again = unpackEnsemble(first);
    expect(treeProbabilities(again, data.values, data.rows)).toEqual(
      treeProbabilities(boostTrees(data, REFERENCE).ensemble, data.values, data.rows),
    );
    expect(() => unpackEnsemble(first.slice(0, first.length >> 1))).toThrow(VedetteError);
  });

  it('does not depend on the order of rows while no rounding is dithered', () => {
    const data = formulaRows('three');
    const reversed = Array.from({ length: data.rows }, (_, i) => data.rows - 1 - i);
    const values = Float32Array.from(reversed.flatMap((row) => [...data.values.subarray(row * 3, row * 3 + 3)]));
    const labels = Int32Array.from(reversed, (row) => data.labels[row] as number);
    expect(packEnsemble(boostTrees({ ...data, values, labels }, REFERENCE).ensemble)).toEqual(
      packEnsemble(boostTrees(data, REFERENCE).ensemble),
    );
  });

  it('refuses trees that point outside themselves', () => {
    const { ensemble } = boostTrees(formulaRows('two'), REFERENCE);
    const left = ensemble.left.slice();
    left[0] = 0;
    expect(() => unpackEnsemble(packEnsemble({ ...ensemble, left }))).toThrow('outside');
  });

  it('stops early and keeps the best round', () => {
    const data = formulaRows('two');
    const labels = data.labels.map((_, row) => (row * 7919) % 2);
    const { rounds, validation } = boostTrees({ ...data, labels }, { rounds: 300, patience: 5, minLeafRows: 2, seed: 3 });
    expect(validation.length).toBeLessThan(300);
    expect(validation[rounds - 1]).toBe(Math.min(...validation));
    expect(validation.length - rounds).toBe(5);
  });

  it('gives a rare class its weight', () => {
    const data = formulaRows('two');
    const labels = data.labels.map((_, row) => (row % 40 === 0 ? 1 : 0));
    const mean = (classWeights: 'none' | 'balanced') => {
      const p = treeProbabilities(boostTrees({ ...data, labels }, { rounds: 1, l2: 0, classWeights }).ensemble, data.values, data.rows);
      return p.reduce((sum, value, i) => sum + (i % 2 === 1 ? value : 0), 0) / data.rows;
    };
    expect(mean('none')).toBeLessThan(0.1);
    expect(mean('balanced')).toBeGreaterThan(0.4);
  });

  it('finds the columns that decide', () => {
    const data = formulaRows('three');
    const { importance } = boostTrees(data, REFERENCE).ensemble;
    expect(importance[0]).toBeGreaterThan(importance[2] as number);
    const constant = data.values.map((value, i) => (i % 3 === 2 ? 4 : value));
    expect(boostTrees({ ...data, values: constant }, REFERENCE).ensemble.importance[2]).toBe(0);
  });

  it('takes any small data: constant columns, missing values, infinities, one class', () => {
    const value = fc.oneof(fc.float(), fc.constantFrom(0, 1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
    const data = fc.integer({ min: 1, max: 30 }).chain((rows) =>
      fc.record({
        values: fc.array(value, { minLength: rows * 2, maxLength: rows * 2 }),
        labels: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: rows, maxLength: rows }),
      }),
    );
    fc.assert(
      fc.property(data, fc.constantFrom(1, 5), ({ values, labels }, minLeafRows) => {
        const rows = labels.length;
        const table = Float32Array.from(values);
        const given = { rows, columns: 2, values: table, labels: Int32Array.from(labels), classes: ['a', 'b', 'c'] };
        const { ensemble } = boostTrees(given, { rounds: 3, leaves: 4, minLeafRows });
        const p = treeProbabilities(unpackEnsemble(packEnsemble(ensemble)), table, rows);
        for (let row = 0; row < rows; row++) {
          const sum = (p[row * 3] as number) + (p[row * 3 + 1] as number) + (p[row * 3 + 2] as number);
          expect(sum).toBeCloseTo(1, 9);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('refuses what it cannot learn from', () => {
    const data = formulaRows('two');
    expect(() => boostTrees({ ...data, rows: 0, values: new Float32Array(0), labels: new Int32Array(0) })).toThrow('nothing to learn');
    expect(() => boostTrees({ ...data, columns: 4 })).toThrow(VedetteError);
    expect(() => boostTrees({ ...data, labels: data.labels.map(() => 9) })).toThrow('label 9');
    expect(() => boostTrees(data, { leaves: 1 })).toThrow('leaves');
    expect(() => boostTrees(data, { classWeights: [1] })).toThrow('classWeights');
  });
});
